// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// A stake token for tests: ERC-20 whose owner names minters; whoever switched burning on for itself may burn.
contract Token {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    event MinterStatusUpdated(address indexed minterAddress, bool minterStatus);
    event BurnerStatusUpdated(address indexed burnerAddress, bool burnerStatus);

    address public immutable owner;

    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => bool) public getMinterStatus;
    mapping(address => bool) public getBurnerStatus;
    string public name = "Test cover token";
    string public symbol = "TCT";
    uint8 public decimals = 18;

    constructor(uint256 supply) {
        owner = msg.sender;
        issue(msg.sender, supply);
    }

    function rename(string calldata name_, string calldata symbol_, uint8 decimals_) external {
        require(msg.sender == owner, "token: not the owner");
        (name, symbol, decimals) = (name_, symbol_, decimals_);
    }

    function issue(address to, uint256 value) private {
        require(to != address(0), "token: to nobody");
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function move(address from, address to, uint256 value) private {
        require(to != address(0), "token: to nobody");
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }

    function allow(address from, address spender, uint256 value) private {
        allowance[from][spender] = value;
        emit Approval(from, spender, value);
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allow(msg.sender, spender, value);
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        move(msg.sender, to, value);
        return true;
    }

    // The Approval after the Transfer is what the mirrored token logs too.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        move(from, to, value);
        allow(from, msg.sender, allowance[from][msg.sender] - value);
        return true;
    }

    function updateMinterStatus(address who, bool status) external {
        require(msg.sender == owner, "token: not the owner");
        require(getMinterStatus[who] != status, "token: no change");
        getMinterStatus[who] = status;
        emit MinterStatusUpdated(who, status);
    }

    function updateBurnerStatus(bool status) external {
        require(getBurnerStatus[msg.sender] != status, "token: no change");
        getBurnerStatus[msg.sender] = status;
        emit BurnerStatusUpdated(msg.sender, status);
    }

    function mint(address to, uint256 value) external {
        require(getMinterStatus[msg.sender], "token: not a minter");
        issue(to, value);
    }

    function burn(uint256 value) external {
        require(getBurnerStatus[msg.sender], "token: not a burner");
        balanceOf[msg.sender] -= value;
        totalSupply -= value;
        emit Transfer(msg.sender, address(0), value);
    }
}
