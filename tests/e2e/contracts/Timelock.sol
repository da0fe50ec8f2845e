// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface ITimelockToken {
    function transferFrom(address from, address to, uint256 value) external returns (bool);
    function approve(address spender, uint256 value) external returns (bool);
}

interface ITimelockPool {
    function deposit(address source, uint256 amount, address userAddress) external;
    function depositWithVesting(address source, uint256 amount, address userAddress, uint256 releaseStart, uint256 releaseEnd) external;
}

// Stands in for the timelock manager: keeps locked grants and moves one into the pool on its holder's word,
// what is released by then as a plain deposit and the rest as a vesting one.
contract Timelock {
    event TransferredAndLocked(address source, address indexed recipient, uint256 amount, uint256 releaseStart, uint256 releaseEnd);
    event WithdrawnToPool(address indexed recipient, address api3PoolAddress, address beneficiary);

    struct Grant {
        uint256 total;
        uint256 left;
        uint256 start;
        uint256 end;
    }

    ITimelockToken public immutable api3Token;
    mapping(address => Grant) public grants;

    constructor(ITimelockToken token) {
        api3Token = token;
    }

    function transferAndLock(address source, address recipient, uint256 amount, uint256 releaseStart, uint256 releaseEnd) external {
        require(grants[recipient].left == 0, "timelock: one at a time");
        require(amount > 0 && releaseEnd > releaseStart, "timelock: bad terms");
        grants[recipient] = Grant(amount, amount, releaseStart, releaseEnd);
        api3Token.transferFrom(source, address(this), amount);
        emit TransferredAndLocked(source, recipient, amount, releaseStart, releaseEnd);
    }

    function withdrawToPool(address pool, address beneficiary) external {
        Grant storage g = grants[msg.sender];
        uint256 left = g.left;
        require(left > 0, "timelock: nothing left");
        uint256 free;
        if (block.timestamp >= g.end) free = left;
        else if (block.timestamp > g.start) free = (g.total * (block.timestamp - g.start)) / (g.end - g.start) - (g.total - left);
        g.left = 0;
        api3Token.approve(pool, left);
        if (free > 0) ITimelockPool(pool).deposit(address(this), free, beneficiary);
        if (left > free) {
            uint256 from = block.timestamp > g.start ? block.timestamp : g.start;
            ITimelockPool(pool).depositWithVesting(address(this), left - free, beneficiary, from, g.end);
        }
        emit WithdrawnToPool(msg.sender, pool, beneficiary);
    }
}
