// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./BridgeTypes.sol";

// Holds the stablecoin of a book and of the pools that lend to it, and shares premiums and losses among them.
contract BridgeCapital is ICapital {
    event PoolBalancesUpdated(uint256 hard, uint256 virtualBalance, uint256 cushion, uint256 reinsurance);

    ICoin public immutable coin;
    IPremiumReceiver public immutable reinsurance;
    address public immutable owner = msg.sender;
    address public book;
    address public claims;
    uint256 public immutable stblDecimals;
    uint256 public reinsurancePoolBalance;
    mapping(address => uint256) public leveragePoolBalance;
    mapping(address => uint256) public regularCoverageBalance;
    uint256 public hardUsdtAccumulatedBalance;
    uint256 public virtualUsdtAccumulatedBalance;
    uint256 public liquidityCushionBalance;
    uint256 public rebalanceDuration = 3 days;

    constructor(ICoin coin_, IPremiumReceiver reinsurance_) {
        (coin, reinsurance) = (coin_, reinsurance_);
        stblDecimals = coin_.decimals();
    }

    function setup(address book_, address claims_) external { require(msg.sender == owner); (book, claims) = (book_, claims_); }
    function getWithdrawPeriod() external view returns (uint256) { return rebalanceDuration + 1 days; }

    modifier onlyOwner() { require(msg.sender == owner, "capital: not the owner"); _; }
    modifier onlyBook() { require(msg.sender == book, "capital: not the book"); _; }
    modifier broadcast() {
        _;
        emit PoolBalancesUpdated(hardUsdtAccumulatedBalance, virtualUsdtAccumulatedBalance, liquidityCushionBalance, reinsurancePoolBalance);
    }

    // What the lenders brought in, so that they can bear losses; money that is lent out, and comes back.
    function endow(address pool, uint256 amount) external onlyOwner broadcast {
        coin.transferFrom(msg.sender, address(this), amount);
        hardUsdtAccumulatedBalance += amount;
        virtualUsdtAccumulatedBalance += amount;
        if (pool == address(reinsurance)) reinsurancePoolBalance += amount; else leveragePoolBalance[pool] += amount;
    }
    function invest(uint256 amount) external onlyOwner broadcast {
        hardUsdtAccumulatedBalance -= amount;
        coin.transfer(owner, amount);
    }
    function divest(uint256 amount) external onlyOwner broadcast {
        coin.transferFrom(owner, address(this), amount);
        hardUsdtAccumulatedBalance += amount;
    }
    function setRebalanceDuration(uint256 duration) external onlyOwner { require(duration <= 7 days); rebalanceDuration = duration; }

    // ---- premiums

    function addPolicyHoldersHardSTBL(uint256 amount, uint256 epochs, uint256 protocolFee) external onlyBook broadcast returns (uint256) {
        IFacade facade = IBook(book).facade();
        uint256 premium = amount - protocolFee;
        uint256 lent = from18(facade.VUreinsurnacePool(), stblDecimals);
        uint256 reinsurancePart = 0;
        uint256 part = premium;
        if (lent != 0 || facade.countUserLeveragePools() != 0) (reinsurancePart, part) = share(facade, premium, lent, epochs);
        reinsurancePart += protocolFee;
        reinsurancePoolBalance += reinsurancePart;
        reinsurance.addPolicyPremium(epochs, to18(reinsurancePart, stblDecimals));
        regularCoverageBalance[book] += part;
        hardUsdtAccumulatedBalance += amount;
        virtualUsdtAccumulatedBalance += amount;
        return to18(part, stblDecimals);
    }

    function share(IFacade facade, uint256 premium, uint256 lent, uint256 epochs) private returns (uint256, uint256) {
        uint256 own = regularCoverageBalance[book];
        uint256 ur = from18(IBook(book).totalCoverTokens(), stblDecimals) * PERCENTAGE_100 / own;
        uint256 count = facade.countUserLeveragePools();
        uint256 total = own + lent;
        for (uint256 i = 0; i < count; i++) total += participated(facade, facade.userLeveragePoolAt(i), ur);
        uint256 each = premium * PERCENT / total;
        for (uint256 i = 0; i < count; i++) {
            address pool = facade.userLeveragePoolAt(i);
            uint256 part = each * participated(facade, pool, ur) / PERCENT;
            leveragePoolBalance[pool] += part;
            IPremiumReceiver(pool).addPolicyPremium(epochs, to18(part, stblDecimals));
        }
        return (each * lent / PERCENT, each * own / PERCENT);
    }

    function participated(IFacade facade, address pool, uint256 ur) private view returns (uint256) {
        return from18(facade.LUuserLeveragePool(pool), stblDecimals) * multiplier(ur, IPremiumReceiver(pool)) / PERCENTAGE_100;
    }

    function multiplier(uint256 ur, IPremiumReceiver pool) private view returns (uint256) {
        uint256 target = pool.targetUR();
        uint256 distance = target > ur ? target - ur : ur - target;
        if (distance == 0) return 0;
        return min(pool.d_ProtocolConstant() * 10 ** 27 / distance * 10 ** 27 / pool.a_ProtocolConstant(), pool.max_ProtocolConstant());
    }

    // ---- liquidity

    function addCoverageProvidersHardSTBL(uint256 amount) external onlyBook broadcast {
        regularCoverageBalance[book] += amount;
        hardUsdtAccumulatedBalance += amount;
        virtualUsdtAccumulatedBalance += amount;
    }
    function withdrawLiquidity(address to, uint256 amount) external onlyBook broadcast returns (uint256 paid) {
        paid = release(to, amount);
        regularCoverageBalance[book] -= paid;
    }
    function release(address to, uint256 amount) private broadcast returns (uint256 paid) {
        if (amount > liquidityCushionBalance) {
            uint256 more = min(amount - liquidityCushionBalance, hardUsdtAccumulatedBalance);
            hardUsdtAccumulatedBalance -= more;
            liquidityCushionBalance += more;
        }
        require(liquidityCushionBalance > 0, "capital: nothing there");
        paid = min(amount, liquidityCushionBalance);
        liquidityCushionBalance -= paid;
        virtualUsdtAccumulatedBalance -= paid;
        coin.transfer(to, paid);
    }

    // ---- losses

    function fundClaim(address claimer, uint256 amount, address policyBook) external returns (uint256 paid) {
        require(msg.sender == claims, "capital: not the claims");
        paid = release(claimer, amount);
        dispatch(policyBook, to18(paid, stblDecimals));
    }

    function dispatch(address policyBook, uint256 amount) private {
        IFacade facade = IBook(policyBook).facade();
        uint256 own = IBook(policyBook).totalLiquidity();
        uint256 total = own + facade.totalLeveragedLiquidity();
        lose(policyBook, amount * (own * PERCENTAGE_100 / total) / PERCENTAGE_100);
        uint256 count = facade.countUserLeveragePools();
        address[] memory pools = new address[](count);
        for (uint256 i = 0; i < count; i++) pools[i] = facade.userLeveragePoolAt(i);
        for (uint256 i = 0; i < count; i++) {
            uint256 part = amount * (facade.LUuserLeveragePool(pools[i]) * PERCENTAGE_100 / total) / PERCENTAGE_100;
            IPremiumReceiver(pools[i]).updateLiquidity(part);
            leveragePoolBalance[pools[i]] -= from18(part, stblDecimals);
        }
        uint256 rest = amount * ((facade.LUreinsurnacePool() + facade.VUreinsurnacePool()) * PERCENTAGE_100 / total) / PERCENTAGE_100;
        reinsurance.updateLiquidity(rest);
        reinsurancePoolBalance -= from18(rest, stblDecimals);
    }

    function lose(address policyBook, uint256 amount) private {
        IBook(policyBook).updateLiquidity(amount);
        regularCoverageBalance[policyBook] -= from18(amount, stblDecimals);
    }

    // A loss where the money was lent out.
    function loseInvested(uint256 percentage) external onlyOwner {
        uint256 lost = IBook(book).totalLiquidity() * percentage / PERCENTAGE_100;
        lose(book, lost);
        virtualUsdtAccumulatedBalance -= from18(lost, stblDecimals);
    }
}
