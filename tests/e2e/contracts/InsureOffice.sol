// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// Who decides, what is set, which pools there are: the small contracts around an InsureDAO vault, for tests.

contract InsureOwnership {
    event AcceptNewOwnership(address indexed owner);

    address public owner;
    address public next;

    constructor() {
        owner = msg.sender;
        emit AcceptNewOwnership(msg.sender);
    }

    function commitTransferOwnership(address to) external {
        require(msg.sender == owner, "ownership: not the owner");
        next = to;
    }

    function acceptTransferOwnership() external {
        require(msg.sender == next, "ownership: not named");
        owner = msg.sender;
        next = address(0);
        emit AcceptNewOwnership(msg.sender);
    }
}

// What a pool's setting is: its own, or where that is zero the default, which is the zero address's.
contract InsureParameters {
    event FeeRateSet(address indexed pool, uint256 rate);
    event RequestDurationSet(address indexed pool, uint256 duration);
    event WithdrawableDurationSet(address indexed pool, uint256 duration);
    event UnlockGracePeriodSet(address indexed market, uint256 period);
    event MaxInsureSpanSet(address indexed market, uint256 span);
    event MinInsureSpanSet(address indexed market, uint256 span);
    event PremiumModelSet(address indexed market, address model);
    event UpperSlackSet(address indexed index, uint256 rate);
    event LowerSlackSet(address indexed index, uint256 rate);

    InsureOwnership public immutable ownership;
    mapping(address => uint256) fee;
    mapping(address => uint256) request;
    mapping(address => uint256) window;
    mapping(address => uint256) grace;
    mapping(address => uint256) longest;
    mapping(address => uint256) shortest;
    mapping(address => address) model;
    mapping(address => uint256) upper;
    mapping(address => uint256) lower;

    constructor(InsureOwnership o) {
        ownership = o;
    }

    modifier owned() {
        require(msg.sender == ownership.owner(), "parameters: not the owner");
        _;
    }

    function either(mapping(address => uint256) storage values, address pool) private view returns (uint256) {
        uint256 own = values[pool];
        return own == 0 ? values[address(0)] : own;
    }

    function getOwner() external view returns (address) { return ownership.owner(); }
    function getFeeRate(address p) external view returns (uint256) { return either(fee, p); }
    function getRequestDuration(address p) external view returns (uint256) { return either(request, p); }
    function getWithdrawableDuration(address p) external view returns (uint256) { return either(window, p); }
    function getUnlockGracePeriod(address p) external view returns (uint256) { return either(grace, p); }
    function getMaxInsureSpan(address p) external view returns (uint256) { return either(longest, p); }
    function getMinInsureSpan(address p) external view returns (uint256) { return either(shortest, p); }
    function getUpperSlack(address p) external view returns (uint256) { return either(upper, p); }
    function getLowerSlack(address p) external view returns (uint256) { return either(lower, p); }

    function getPremiumModel(address p) external view returns (address) {
        return model[p] == address(0) ? model[address(0)] : model[p];
    }

    function setFeeRate(address p, uint256 v) external owned {
        require(v <= 1e6, "parameters: fee above 100 %");
        fee[p] = v;
        emit FeeRateSet(p, v);
    }

    function setRequestDuration(address p, uint256 v) external owned {
        request[p] = v;
        emit RequestDurationSet(p, v);
    }

    function setWithdrawableDuration(address p, uint256 v) external owned {
        window[p] = v;
        emit WithdrawableDurationSet(p, v);
    }

    function setUnlockGracePeriod(address p, uint256 v) external owned {
        grace[p] = v;
        emit UnlockGracePeriodSet(p, v);
    }

    function setMaxInsureSpan(address p, uint256 v) external owned {
        require(shortest[p] <= v, "parameters: below the shortest span");
        longest[p] = v;
        emit MaxInsureSpanSet(p, v);
    }

    function setMinInsureSpan(address p, uint256 v) external owned {
        require(v <= longest[p], "parameters: above the longest span");
        shortest[p] = v;
        emit MinInsureSpanSet(p, v);
    }

    function setPremiumModel(address p, address v) external owned {
        require(v != address(0), "parameters: no model");
        model[p] = v;
        emit PremiumModelSet(p, v);
    }

    function setUpperSlack(address p, uint256 v) external owned {
        upper[p] = v;
        emit UpperSlackSet(p, v);
    }

    function setLowerSlack(address p, uint256 v) external owned {
        lower[p] = v;
        emit LowerSlackSet(p, v);
    }
}

// Factory and registry in one.
contract InsureFactory {
    event PoolCreated(address indexed pool, address indexed template, string metaData, uint256[] conditions,
        address[] references);

    InsureOwnership public immutable ownership;
    mapping(address => bool) public isListed;
    address public getReserveOfAll;

    constructor(InsureOwnership o) {
        ownership = o;
    }

    function enlist(address pool, address template, address[] calldata references) external {
        require(msg.sender == ownership.owner(), "factory: not the owner");
        isListed[pool] = true;
        emit PoolCreated(pool, template, "test", new uint256[](2), references);
    }

    function setReserve(address reserve) external {
        require(msg.sender == ownership.owner(), "factory: not the owner");
        getReserveOfAll = reserve;
    }
}

struct InsureRate {
    uint64 baseRate;
    uint64 rateSlope1;
    uint64 rateSlope2;
    uint64 optimalUtilizeRatio;
}

// Premium by two slopes of utilization; each zero of a market's own rate is the default's.
contract InsureSlopePremium {
    uint256 constant ONE = 1e6;
    mapping(address => InsureRate) public rates;

    constructor(InsureRate memory standard) {
        rates[address(0)] = standard;
    }

    function setRate(address market, InsureRate calldata rate) external {
        rates[market] = rate;
    }

    function getRate(address market) public view returns (InsureRate memory r) {
        InsureRate memory d = rates[address(0)];
        r = rates[market];
        if (r.baseRate == 0) r.baseRate = d.baseRate;
        if (r.rateSlope1 == 0) r.rateSlope1 = d.rateSlope1;
        if (r.rateSlope2 == 0) r.rateSlope2 = d.rateSlope2;
        if (r.optimalUtilizeRatio == 0) r.optimalUtilizeRatio = d.optimalUtilizeRatio;
    }

    function rateAt(InsureRate memory r, uint256 u) private pure returns (uint256) {
        uint256 best = r.optimalUtilizeRatio;
        if (u <= best) return r.baseRate + uint256(r.rateSlope1) * u / best;
        return r.baseRate + (r.rateSlope1 + uint256(r.rateSlope2) * (u - best) / (ONE - best));
    }

    function segment(InsureRate memory r, uint256 liquidity, uint256 from, uint256 to) private pure returns (uint256) {
        uint256 middle = (rateAt(r, from) + rateAt(r, to)) / 2;
        return ((to - from) * liquidity / ONE) * middle / ONE;
    }

    function getPremium(address market, uint256 amount, uint256 term, uint256 liquidity, uint256 locked)
        external view returns (uint256)
    {
        require(amount + locked <= liquidity && liquidity != 0, "premium: more than there is");
        InsureRate memory r = getRate(market);
        uint256 u0 = locked * ONE / liquidity;
        uint256 u1 = (locked + amount) * ONE / liquidity;
        uint256 best = r.optimalUtilizeRatio;
        uint256 year = u1 <= best || best <= u0
            ? segment(r, liquidity, u0, u1)
            : segment(r, liquidity, u0, best) + segment(r, liquidity, best, u1);
        return year * term / 365 days;
    }
}

contract InsureFlatPremium {
    mapping(address => uint256) public rates;

    constructor(uint256 standard) {
        rates[address(0)] = standard;
    }

    function setRate(address market, uint256 rate) external {
        rates[market] = rate;
    }

    function getRate(address market) public view returns (uint256) {
        return rates[market] == 0 ? rates[address(0)] : rates[market];
    }

    function getPremium(address market, uint256 amount, uint256 term, uint256 liquidity, uint256 locked)
        external view returns (uint256)
    {
        require(amount + locked <= liquidity, "premium: more than there is");
        return amount * getRate(market) * term / 365 days / 1e6;
    }
}
