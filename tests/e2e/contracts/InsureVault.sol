// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Token} from "Token.sol";
import {InsureFactory, InsureOwnership} from "InsureOffice.sol";

// A strategy: it takes tokens of the vault, and whatever is sent to it is what it earned.
contract InsureController {
    InsureVault immutable vault;

    constructor(InsureVault v) {
        vault = v;
    }

    function managingFund() external view returns (uint256) { return vault.token().balanceOf(address(this)); }
    function take(uint256 amount) external { vault.utilize(amount); }
}

// Holds the tokens of all pools, for tests: whose they are is told by attributions, and nothing is logged.
contract InsureVault {
    event ControllerSet(address controller);

    Token public immutable token;
    InsureFactory public immutable registry;
    InsureOwnership public immutable ownership;
    address public controller;

    uint256 public balance;
    uint256 public totalDebt;
    uint256 public totalAttributions;
    mapping(address => uint256) public attributions;
    mapping(address => uint256) public debts;

    constructor(Token t, InsureFactory r, InsureOwnership o) {
        token = t;
        registry = r;
        ownership = o;
    }

    modifier fromPool() {
        require(registry.isListed(msg.sender), "vault: no pool");
        _;
    }

    function valueAll() public view returns (uint256) {
        return controller == address(0) ? balance : balance + InsureController(controller).managingFund();
    }
    function available() public view returns (uint256) { return balance - totalDebt; }

    function attributionValue(uint256 n) public view returns (uint256) {
        return totalAttributions == 0 || n == 0 ? 0 : n * valueAll() / totalAttributions;
    }

    function underlyingValue(address who) public view returns (uint256) {
        return valueAll() == 0 || attributions[who] == 0 ? 0 : valueAll() * attributions[who] / totalAttributions;
    }

    // What an amount costs in attributions, rounded up; less than one unit's worth of them is refused.
    function cost(uint256 amount) private view returns (uint256 n) {
        require(attributions[msg.sender] != 0 && underlyingValue(msg.sender) >= amount, "vault: not that much");
        uint256 product = totalAttributions * amount;
        require(product >= valueAll(), "vault: too small");
        n = product / valueAll();
        if (n * valueAll() != product) n++;
    }

    function worth(uint256 amount) private view returns (uint256) {
        return totalAttributions == 0 ? amount : amount * totalAttributions / valueAll();
    }

    function pay(address to, uint256 amount) private {
        require(to != address(0), "vault: to nobody");
        require(available() >= amount, "vault: not available");
        balance -= amount;
        token.transfer(to, amount);
    }

    function setController(address c) external {
        require(msg.sender == ownership.owner(), "vault: not the owner");
        controller = c;
        emit ControllerSet(c);
    }

    function utilize(uint256 amount) external {
        require(msg.sender == controller && amount <= available(), "vault: not for you");
        token.transfer(controller, amount);
        balance -= amount;
    }

    function addValue(uint256 amount, address from, address to) external fromPool returns (uint256 n) {
        n = worth(amount);
        token.transferFrom(from, address(this), amount);
        balance += amount;
        totalAttributions += n;
        attributions[to] += n;
    }

    function addValueBatch(uint256 amount, address from, address[2] calldata to, uint256[2] calldata part)
        external fromPool returns (uint256[2] memory n)
    {
        require(part[0] + part[1] == 1e6, "vault: parts");
        uint256 all = worth(amount);
        token.transferFrom(from, address(this), amount);
        balance += amount;
        totalAttributions += all;
        for (uint256 i = 0; i < 2; i++) {
            n[i] = part[i] * all / 1e6;
            attributions[to[i]] += n[i];
        }
    }

    function addBalance(uint256 amount) external {
        require(registry.isListed(msg.sender) || msg.sender == ownership.owner(), "vault: who is that");
        token.transferFrom(msg.sender, address(this), amount);
        balance += amount;
    }

    function withdrawValue(uint256 amount, address to) external returns (uint256 n) {
        n = cost(amount);
        attributions[msg.sender] -= n;
        totalAttributions -= n;
        pay(to, amount);
    }

    function withdrawAttribution(uint256 n, address to) public returns (uint256 amount) {
        require(attributions[msg.sender] >= n, "vault: not that many");
        amount = n * valueAll() / totalAttributions;
        attributions[msg.sender] -= n;
        totalAttributions -= n;
        pay(to, amount);
    }

    function withdrawAllAttribution(address to) external returns (uint256) {
        return withdrawAttribution(attributions[msg.sender], to);
    }

    function transferValue(uint256 amount, address to) external returns (uint256 n) {
        n = cost(amount);
        attributions[msg.sender] -= n;
        attributions[to] += n;
    }

    function transferAttribution(uint256 n, address to) external {
        require(n != 0 && attributions[msg.sender] >= n, "vault: not that many");
        attributions[msg.sender] -= n;
        attributions[to] += n;
    }

    function borrowValue(uint256 amount, address to) external fromPool {
        if (amount == 0) return;
        require(available() >= amount, "vault: not available");
        debts[msg.sender] += amount;
        totalDebt += amount;
        token.transfer(to, amount);
    }

    function offsetDebt(uint256 amount, address debtor) external returns (uint256 n) {
        n = cost(amount);
        attributions[msg.sender] -= n;
        totalAttributions -= n;
        balance -= amount;
        debts[debtor] -= amount;
        totalDebt -= amount;
    }

    function transferDebt(uint256 amount) external fromPool {
        debts[msg.sender] -= amount;
        debts[address(0)] += amount;
    }

    function repayDebt(uint256 amount, address debtor) external {
        if (amount > debts[debtor]) amount = debts[debtor];
        debts[debtor] -= amount;
        totalDebt -= amount;
        token.transferFrom(msg.sender, address(this), amount);
    }
}
