// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./BridgeTypes.sol";

// The entry to a book, and what is lent to it. `mischief` breaks one rule: 1 a price that is too high, 2 policies of any length.
contract BridgeFacade is IFacade {
    event DeployLeverageFunds(uint256 deployedAmount);

    IBook public immutable policyBook;
    IQuote public immutable quote;
    IAdmin public immutable admin;
    IClaims public immutable claims;
    IPremiumReceiver public immutable reinsurance;
    address public immutable owner = msg.sender;
    uint256 public VUreinsurnacePool;
    uint256 public LUreinsurnacePool;
    uint256 public totalLeveragedLiquidity;
    mapping(address => uint256) public LUuserLeveragePool;
    address[] pools;      // those that may lend
    address[] lenders;    // those that do
    bool public safePricingModel;
    uint256 public mischief;

    constructor(IBook book_, IQuote quote_, IAdmin admin_, IClaims claims_, IPremiumReceiver reinsurance_) {
        (policyBook, quote, admin, claims, reinsurance) = (book_, quote_, admin_, claims_, reinsurance_);
    }

    function misbehave(uint256 kind) external { require(msg.sender == owner); mischief = kind; }
    function setSafePricingModel(bool safe) external { require(msg.sender == owner); safePricingModel = safe; }
    function addPool(address pool) external { require(msg.sender == owner); pools.push(pool); }

    // ---- people

    function buyPolicy(uint256 epochs, uint256 cover) external { buy(msg.sender, epochs, cover, 0, address(0)); }
    function buyPolicyFor(address holder, uint256 epochs, uint256 cover) external { buy(holder, epochs, cover, 0, address(0)); }
    function buyPolicyFromDistributor(uint256 epochs, uint256 cover, address distributor) external {
        buy(msg.sender, epochs, cover, admin.distributorFees(distributor), distributor);
    }
    function buy(address holder, uint256 epochs, uint256 cover, uint256 fee, address distributor) private {
        policyBook.buyPolicy(msg.sender, holder, epochs, cover, fee, distributor);
        deployAll();
    }
    function addLiquidity(uint256 amount) external {
        policyBook.addLiquidity(msg.sender, msg.sender, amount);
        reevaluate(amount);
    }
    function requestWithdrawal(uint256 amount) external {
        uint256 status = policyBook.getWithdrawalStatus(msg.sender);
        require(amount > 0 && (status == 0 || status == 3), "facade: ongoing request");
        require(!claims.hasProcedureOngoing(address(policyBook)), "facade: ongoing claim");
        policyBook.requestWithdrawal(amount, msg.sender);
    }
    function withdrawLiquidity() external {
        (, uint256 worth) = policyBook.withdrawLiquidity(msg.sender);
        reevaluate(worth);
    }

    // ---- price

    function getPolicyPrice(uint256 epochs, uint256 cover, address) external view returns (uint256 length, uint256 price, uint256 percentage) {
        require(cover >= 100 * 10 ** 18, "facade: too little cover");
        require(epochs > 0 && (epochs <= MAXIMUM_EPOCHS || mischief == 2), "facade: too long");
        (uint256 sold, uint256 liquidity) = policyBook.getNewCoverAndLiquidity();
        uint256 passed = block.timestamp - policyBook.epochStartTime();
        length = (passed / WEEK + 1) * WEEK - passed + (epochs - 1) * WEEK;
        (price, percentage) = quote.getQuotePredefined(min(length, YEAR), cover, sold, liquidity, totalLeveragedLiquidity, safePricingModel);
        if (mischief == 1) price += 1;
    }

    // ---- leverage

    function reevaluate(uint256 amount) private {
        uint256 liquidity = policyBook.totalLiquidity();
        if (liquidity == 0 || amount * PERCENTAGE_100 / liquidity > 10 ** 23) deployAll();
    }
    function reevaluateProvidedLeverageStable() external {
        require(msg.sender == address(policyBook), "facade: not the book");
        deployAll();
    }

    function countUserLeveragePools() external view returns (uint256) { return lenders.length; }
    function userLeveragePoolAt(uint256 i) external view returns (address) { return lenders[i]; }

    function remember(address pool, bool lends) private {
        uint256 i = 0;
        while (i < lenders.length && lenders[i] != pool) i++;
        if (lends && i == lenders.length) lenders.push(pool);
        if (!lends && i < lenders.length) { lenders[i] = lenders[lenders.length - 1]; lenders.pop(); }
    }

    function deployAll() private {
        VUreinsurnacePool = reinsurance.deployVirtual();
        LUreinsurnacePool = reinsurance.deployLeverage();
        for (uint256 i = 0; i < pools.length; i++) {
            uint256 amount = IPremiumReceiver(pools[i]).deployLeverage();
            remember(pools[i], amount > 0);
            LUuserLeveragePool[pools[i]] = amount;
        }
        sum();
    }

    function sum() private {
        uint256 total = VUreinsurnacePool + LUreinsurnacePool;
        for (uint256 i = 0; i < lenders.length; i++) total += LUuserLeveragePool[lenders[i]];
        totalLeveragedLiquidity = total;
    }

    function isPool(address who) private view returns (bool) {
        for (uint256 i = 0; i < pools.length; i++) if (pools[i] == who) return true;
        return false;
    }

    function deployLeverageFundsAfterRebalance(uint256 amount, bool isUsers) external {
        require(msg.sender == address(reinsurance) || isPool(msg.sender), "facade: not a leverage pool");
        if (isUsers) {
            LUuserLeveragePool[msg.sender] = amount;
            if (amount == 0) remember(msg.sender, false);
        } else {
            LUreinsurnacePool = amount;
        }
        sum();
        emit DeployLeverageFunds(amount);
    }

    function deployVirtualFundsAfterRebalance(uint256 amount) external {
        require(msg.sender == address(reinsurance), "facade: not the reinsurance pool");
        VUreinsurnacePool = amount;
        sum();
        emit DeployLeverageFunds(amount);
    }
}
