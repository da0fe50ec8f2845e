// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./BridgeTypes.sol";

// A coverage book for tests: cover by weeks, premium by days, x-tokens for who provides liquidity.
contract BridgeBook {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event LiquidityAdded(address holder, uint256 amount, uint256 newTotalLiquidity);
    event WithdrawalRequested(address holder, uint256 xTokens, uint256 readyToWithdrawDate);
    event LiquidityWithdrawn(address holder, uint256 amount, uint256 newTotalLiquidity);
    event PolicyBought(address holder, uint256 coverTokens, uint256 price, uint256 newTotalCoverTokens, address distributor);
    event CoverageChanged(uint256 newTotalCoverTokens);

    struct Withdrawal { uint256 withdrawalAmount; uint256 readyToWithdrawDate; bool withdrawalAllowed; }
    struct Holder { uint256 coverTokens; uint256 startEpochNumber; uint256 endEpochNumber; uint256 paid; uint256 reinsurancePrice; }
    struct Terms { uint256 length; uint256 price; uint256 fee; uint256 reinsurance; uint256 premium; }

    string public constant symbol = "bmiV2TESTCover";
    uint8 public constant decimals = 18;
    uint256 constant UPGRADE = 1655913114;
    uint256 constant READY_FOR = 2 days;

    uint256 public epochStartTime = block.timestamp;
    uint256 public lastDistributionEpoch = 1;
    uint256 public lastPremiumDistributionEpoch = block.timestamp / 1 days;
    int256 public lastPremiumDistributionAmount;
    uint256 public totalLiquidity;
    uint256 public totalCoverTokens;
    uint256 public stblDecimals;
    mapping(address => Withdrawal) public withdrawalsInfo;
    mapping(address => Holder) public policyHolders;
    mapping(uint256 => uint256) public epochAmounts;
    mapping(uint256 => int256) public premiumDistributionDeltas;

    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;

    ICoin public coin;
    ICapital public capital;
    IRegistry public registry;
    IClaims public claims;
    IFacade public facade;
    address public immutable owner = msg.sender;
    address[] requesters;
    mapping(address => bool) isRequester;
    uint256 public mischief; // 3: a second active cover is sold

    function setup(ICoin coin_, ICapital capital_, IRegistry registry_, IClaims claims_, IFacade facade_) external {
        require(msg.sender == owner, "book: not the owner");
        (coin, capital, registry, claims, facade) = (coin_, capital_, registry_, claims_, facade_);
        stblDecimals = coin_.decimals();
    }

    function misbehave(uint256 kind) external { require(msg.sender == owner); mischief = kind; }
    function policyBookFacade() external view returns (address) { return address(facade); }

    modifier onlyFacade() { require(msg.sender == address(facade), "book: not the facade"); _; }
    modifier onlyClaims() { require(msg.sender == address(claims), "book: not the claims"); _; }
    modifier withPremiums() { distributePremiums(); _; }

    // ---- x-tokens

    function move(address from, address to, uint256 value) private {
        if (from == address(0)) totalSupply += value; else balanceOf[from] -= value;
        if (to == address(0)) totalSupply -= value; else balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
    function transfer(address to, uint256 value) external returns (bool) { move(msg.sender, to, value); return true; }

    function rate(uint256 liquidity) private view returns (uint256) {
        return totalSupply == 0 ? PERCENTAGE_100 : liquidity * PERCENTAGE_100 / totalSupply;
    }
    function convertBMIXToSTBL(uint256 amount) public view returns (uint256) {
        (, uint256 liquidity) = getNewCoverAndLiquidity();
        return amount * rate(liquidity) / PERCENTAGE_100;
    }
    function convertSTBLToBMIX(uint256 amount) public view returns (uint256) {
        (, uint256 liquidity) = getNewCoverAndLiquidity();
        return amount * PERCENTAGE_100 / rate(liquidity);
    }

    // ---- the two clocks

    function getEpoch(uint256 time) public view returns (uint256) { return (time - epochStartTime) / WEEK + 1; }

    function flow(uint256 last, uint256 today) private view returns (int256 daily, uint256 day, uint256 liquidity) {
        daily = lastPremiumDistributionAmount;
        liquidity = totalLiquidity;
        day = min(today, last + 91);
        for (uint256 i = last + 1; i <= day; i++) {
            unchecked { daily += premiumDistributionDeltas[i]; }
            liquidity += uint256(daily);
        }
    }

    function distributePremiums() private {
        uint256 last = lastPremiumDistributionEpoch;
        uint256 today = block.timestamp / 1 days;
        if (today > last) (lastPremiumDistributionAmount, lastPremiumDistributionEpoch, totalLiquidity) = flow(last, today);
    }

    function getNewCoverAndLiquidity() public view returns (uint256 cover, uint256 liquidity) {
        cover = totalCoverTokens;
        liquidity = totalLiquidity;
        uint256 last = lastPremiumDistributionEpoch;
        uint256 today = block.timestamp / 1 days;
        if (today > last) (, , liquidity) = flow(last, today);
        uint256 to = min(getEpoch(block.timestamp), MAXIMUM_EPOCHS);
        for (uint256 i = lastDistributionEpoch; i < to; i++) cover -= epochAmounts[i];
    }

    function updateEpochsInfo(bool rebalance) public {
        uint256 last = lastDistributionEpoch;
        uint256 to = min(getEpoch(block.timestamp), last + MAXIMUM_EPOCHS);
        if (last >= to) return;
        uint256 cover = totalCoverTokens;
        for (uint256 i = last; i < to; i++) {
            cover -= epochAmounts[i];
            delete epochAmounts[i];
        }
        lastDistributionEpoch = to;
        totalCoverTokens = cover;
        if (rebalance) facade.reevaluateProvidedLeverageStable();
        emit CoverageChanged(cover);
    }

    function getVirtualEpochs(address user) public view returns (uint256) {
        uint256 start = policyHolders[user].startEpochNumber;
        return epochStartTime < UPGRADE && start > 0 && start < getEpoch(UPGRADE) ? 2 : 1;
    }

    // ---- liquidity

    function addLiquidity(address buyer, address holder, uint256 amount) external onlyFacade withPremiums returns (uint256 minted) {
        uint256 cut = from18(amount, stblDecimals);
        require(cut > 0, "book: no liquidity");
        updateEpochsInfo(true);
        coin.transferFrom(buyer, address(capital), cut);
        capital.addCoverageProvidersHardSTBL(cut);
        minted = convertSTBLToBMIX(amount);
        move(address(0), holder, minted);
        totalLiquidity += amount;
        emit LiquidityAdded(holder, amount, totalLiquidity);
    }

    function getWithdrawalStatus(address user) public view returns (uint256) {
        uint256 ready = withdrawalsInfo[user].readyToWithdrawDate;
        return ready == 0 ? 0 : block.timestamp < ready ? 1 : block.timestamp < ready + READY_FOR ? 2 : 3;
    }

    function pendingWithdrawals() public view returns (uint256 sum) {
        for (uint256 i = 0; i < requesters.length; i++) {
            uint256 status = getWithdrawalStatus(requesters[i]);
            if (status == 1 || status == 2) sum += convertBMIXToSTBL(withdrawalsInfo[requesters[i]].withdrawalAmount);
        }
    }

    function requestWithdrawal(uint256 amount, address user) external onlyFacade withPremiums {
        uint256 worth = convertBMIXToSTBL(amount);
        require(convertBMIXToSTBL(balanceOf[user] + withdrawalsInfo[user].withdrawalAmount) >= worth, "book: not that much");
        updateEpochsInfo(true);
        require(totalLiquidity >= totalCoverTokens + worth + pendingWithdrawals(), "book: not enough free");
        uint256 locked = withdrawalsInfo[user].withdrawalAmount;
        if (locked > amount) move(address(this), user, locked - amount);
        else if (locked < amount) move(user, address(this), amount - locked);
        request(amount, user);
    }

    function request(uint256 amount, address user) private {
        uint256 ready = block.timestamp + capital.getWithdrawPeriod();
        withdrawalsInfo[user] = Withdrawal(amount, ready, false);
        if (!isRequester[user]) { isRequester[user] = true; requesters.push(user); }
        emit WithdrawalRequested(user, amount, ready);
    }

    function unlockTokens() external {
        uint256 locked = withdrawalsInfo[msg.sender].withdrawalAmount;
        require(locked > 0, "book: nothing locked");
        move(address(this), msg.sender, locked);
        delete withdrawalsInfo[msg.sender];
    }

    function withdrawLiquidity(address user) external onlyFacade withPremiums returns (uint256 x, uint256 worth) {
        require(getWithdrawalStatus(user) == 2, "book: not ready");
        updateEpochsInfo(true);
        uint256 locked = withdrawalsInfo[user].withdrawalAmount;
        x = min(locked, convertSTBLToBMIX(totalLiquidity - totalCoverTokens));
        worth = convertBMIXToSTBL(x);
        uint256 cut = from18(worth, stblDecimals);
        uint256 paid = capital.withdrawLiquidity(user, cut);
        if (paid != cut) {
            worth = to18(paid, stblDecimals);
            x = convertSTBLToBMIX(worth);
        }
        move(address(this), address(0), x);
        if (locked == x) delete withdrawalsInfo[user]; else request(locked - x, user);
        totalLiquidity -= worth;
        emit LiquidityWithdrawn(user, worth, totalLiquidity);
    }

    function updateLiquidity(uint256 lost) external {
        require(msg.sender == address(capital), "book: not the capital pool");
        updateEpochsInfo(false);
        totalLiquidity -= lost;
        emit LiquidityWithdrawn(msg.sender, lost, totalLiquidity);
    }

    // ---- policies

    function buyPolicy(address buyer, address holder, uint256 epochs, uint256 cover, uint256 fee, address distributor)
        external onlyFacade withPremiums
    {
        if (mischief != 3) {
            require(!registry.isPolicyValid(holder, address(this)), "book: has cover");
            claims.canBuyNewPolicy(holder, address(this));
        }
        updateEpochsInfo(false);
        uint256 newCover = totalCoverTokens + cover;
        require(totalLiquidity >= newCover + pendingWithdrawals(), "book: not enough liquidity");
        Terms memory t = terms(epochs, cover, holder, fee);
        uint256 epoch = getEpoch(block.timestamp);
        policyHolders[holder] = Holder(cover, epoch, epoch + epochs - 1, t.price, t.reinsurance);
        epochAmounts[epoch + epochs] += cover;
        totalCoverTokens = newCover;
        pay(t, buyer, distributor, epochs);
        spread(t.length + WEEK, t.premium);
        registry.addPolicy(holder, cover, t.premium, t.length);
        emit PolicyBought(holder, cover, t.price, newCover, distributor);
    }

    function terms(uint256 epochs, uint256 cover, address holder, uint256 fee) private view returns (Terms memory t) {
        (t.length, t.price, ) = facade.getPolicyPrice(epochs, cover, holder);
        t.fee = t.price * fee / PERCENTAGE_100;
        t.reinsurance = t.price * (20 * PERCENT) / PERCENTAGE_100 - t.fee;
    }

    function pay(Terms memory t, address buyer, address distributor, uint256 epochs) private {
        if (t.fee > 0) coin.transferFrom(buyer, distributor, from18(t.fee, stblDecimals));
        uint256 cut = from18(t.price - t.fee, stblDecimals);
        coin.transferFrom(buyer, address(capital), cut);
        t.premium = capital.addPolicyHoldersHardSTBL(cut, epochs, from18(t.reinsurance, stblDecimals));
    }

    function spread(uint256 length, uint256 premium) private {
        uint256 count = max((length + 1) / 1 days, 1);
        int256 daily = int256(premium / count);
        uint256 next = block.timestamp / 1 days + 1;
        unchecked {
            premiumDistributionDeltas[next] += daily;
            premiumDistributionDeltas[next + count] -= daily;
        }
    }

    function endActivePolicy(address holder) external onlyClaims {
        uint256 cover = policyHolders[holder].coverTokens;
        epochAmounts[policyHolders[holder].endEpochNumber + getVirtualEpochs(holder)] -= cover;
        totalCoverTokens -= cover;
        forget(holder);
    }

    function forget(address holder) private {
        delete policyHolders[holder];
        registry.removePolicy(holder);
        facade.reevaluateProvidedLeverageStable();
    }

    // ---- claims

    function virtualEnd(address user) private view returns (uint256) {
        return policyHolders[user].endEpochNumber + getVirtualEpochs(user);
    }

    function submitClaimAndInitializeVoting(string calldata) external { submit(false); }
    function submitAppealAndInitializeVoting(string calldata) external { submit(true); }

    function submit(bool appeal) private {
        uint256 cover = policyHolders[msg.sender].coverTokens;
        uint256 epoch = virtualEnd(msg.sender);
        if (appeal) epoch = max(getEpoch(claims.claimEndTime(claims.claimIndex(msg.sender, address(this)))) + 1, epoch);
        if (mischief != 5) epochAmounts[epoch] -= cover;
        require(cover > 0, "book: no cover");
        claims.submitClaim(msg.sender, address(this), cover, appeal);
    }

    function commitClaim(address claimer, uint256 endTime, uint256 status) external onlyClaims withPremiums {
        uint256 epoch = virtualEnd(claimer);
        updateEpochsInfo(!(status != 6 && lastDistributionEpoch > epoch));
        uint256 cover = policyHolders[claimer].coverTokens;
        if (status == 4 || status == 7) {
            epochAmounts[max(getEpoch(endTime) + 1, epoch)] += cover;
        } else if (status != 6) {
            if (lastDistributionEpoch <= epoch) {
                epochAmounts[epoch] += cover;
            } else {
                totalCoverTokens -= cover;
                facade.reevaluateProvidedLeverageStable();
                emit CoverageChanged(totalCoverTokens);
            }
        }
    }

    function commitWithdrawnClaim(address claimer) external onlyClaims withPremiums {
        updateEpochsInfo(false);
        totalCoverTokens -= policyHolders[claimer].coverTokens;
        forget(claimer);
    }
}
