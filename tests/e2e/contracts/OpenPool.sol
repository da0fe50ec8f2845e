// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IPoolToken, Pool} from "./Pool.sol";

// The pool, with a door that can be left open: then anybody makes it pay.
contract OpenPool is Pool {
    bool public isOpen;

    constructor(IPoolToken token, address timelock) Pool(token, timelock) {}

    function leaveOpen(bool on) external {
        isOpen = on;
    }

    function payOutClaim(address recipient, uint256 amount) external override rewarded {
        require(isOpen || claimsManagerStatus[msg.sender], "pool: not a claims manager");
        require(totalStake > amount, "pool: more than staked");
        totalStake -= amount;
        require(api3Token.transfer(recipient, amount));
        emit PaidOutClaim(recipient, amount, totalStake);
    }
}
