// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {InsureFactory, InsureParameters} from "InsureOffice.sol";
import {InsureVault} from "InsureVault.sol";

// The shares of a market, an index or a reserve, and the requests to withdraw them.
abstract contract InsureShares {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Deposit(address indexed depositor, uint256 amount, uint256 mint);
    event WithdrawRequested(address indexed withdrawer, uint256 amount, uint256 unlockTime);
    event Withdraw(address indexed withdrawer, uint256 amount, uint256 retVal);
    event Paused(bool paused);

    struct Request { uint256 timestamp; uint256 amount; }

    uint256 constant ONE = 1e6;
    InsureVault public immutable vault;
    InsureFactory public immutable registry;
    InsureParameters public immutable parameters;

    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => Request) public withdrawalReq;
    bool public paused;
    uint256 public fault;                                    // which rule this contract breaks; 0 none

    constructor(InsureVault v, InsureParameters p) {
        vault = v;
        registry = v.registry();
        parameters = p;
    }

    modifier owned() {
        require(msg.sender == parameters.getOwner(), "pool: not the owner");
        _;
    }

    function setFault(uint256 which) external { fault = which; }

    function setPaused(bool on) external owned {
        if (paused == on) return;
        paused = on;
        emit Paused(on);
    }

    function move(address from, address to, uint256 amount) private {
        if (amount == 0) return;
        if (from != address(0)) {
            uint256 left = balanceOf[from] - amount;
            if (left < withdrawalReq[from].amount) withdrawalReq[from].amount = left;
            balanceOf[from] = left;
        } else totalSupply += amount;
        if (to != address(0)) balanceOf[to] += amount;
        else totalSupply -= amount;
        emit Transfer(from, to, amount);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        require(to != address(0), "shares: to nobody");
        move(msg.sender, to, amount);
        return true;
    }

    function mint(address to, uint256 amount) internal { move(address(0), to, amount); }

    function requestWithdraw(uint256 amount) external {
        require(amount != 0 && balanceOf[msg.sender] >= amount, "shares: not that many");
        uint256 at = block.timestamp + parameters.getRequestDuration(address(this));
        withdrawalReq[msg.sender] = Request(at, amount);
        emit WithdrawRequested(msg.sender, amount, at);
    }

    function checkRequest(uint256 amount) internal view {
        Request memory r = withdrawalReq[msg.sender];
        require(r.timestamp < block.timestamp, "shares: too early");
        require(r.timestamp + parameters.getWithdrawableDuration(address(this)) > block.timestamp, "shares: too late");
        require(amount != 0 && r.amount >= amount, "shares: not requested");
    }

    function redeemShares(uint256 amount) internal {
        withdrawalReq[msg.sender].amount -= amount;
        move(msg.sender, address(0), amount);
    }

    function minted(uint256 amount, uint256 liquidity) internal view returns (uint256 n) {
        if (totalSupply == 0) n = amount;
        else n = liquidity == 0 ? amount * totalSupply : amount * totalSupply / liquidity;
        if (fault == 5) n += 1;
    }
}
