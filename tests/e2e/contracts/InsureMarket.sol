// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {InsureParameters, InsureSlopePremium} from "InsureOffice.sol";
import {InsureShares} from "InsureShares.sol";
import {InsureVault} from "InsureVault.sol";

interface InsureLender {
    function lock() external;
    function adjustAlloc() external;
    function compensate(uint256 amount) external returns (uint256);
}

// Sells insurance, for tests, by the rules of InsureDAO's markets. With a fault set it breaks one of them:
// 1 premium, 2 payout above the cover, 3 incident outside of the insurance's time, 4 an ended insurance is paid,
// 5 shares minted, 6 division of the premium.
contract InsureMarket is InsureShares {
    event Unlocked(uint256 indexed id, uint256 amount);
    event Insured(uint256 indexed id, uint256 amount, bytes32 target, uint256 startTime, uint256 endTime,
        address insured, address agent, uint256 premium);
    event Redeemed(uint256 indexed id, address insured, bytes32 target, uint256 amount, uint256 payout);
    event CoverApplied(uint256 pending, uint256 payoutNumerator, uint256 payoutDenominator, uint256 incidentTimestamp,
        bytes32 merkleRoot, string rawdata, string memo);
    event BountyPaid(uint256 amount, address contributor, uint256[] ids);
    event CreditIncrease(address indexed depositor, uint256 credit);
    event CreditDecrease(address indexed withdrawer, uint256 credit);
    event MarketStatusChanged(uint8 statusValue);
    event SetOpenDeposit(bool openDeposit);

    struct Insurance {
        uint256 id; uint48 startTime; uint48 endTime; uint256 amount; bytes32 target; address insured; address agent;
        bool status;
    }
    struct Incident { uint256 payoutNumerator; uint256 payoutDenominator; uint256 incidentTimestamp; bytes32 merkleRoot; }
    struct Lender { uint256 credit; uint256 rewardDebt; uint256 slot; }

    uint8 constant TRADING = 0;
    uint8 constant PAYING = 1;

    bool public openDeposit = true;
    uint8 public marketStatus;
    uint256 public attributionDebt;
    uint256 public lockedAmount;
    uint256 public totalCredit;
    uint256 public rewardPerCredit;
    uint256 public pendingEnd;
    uint256 public allInsuranceCount;
    mapping(uint256 => Insurance) public insurances;
    mapping(address => Lender) public indices;
    address[] public lenders;
    Incident public incident;

    constructor(InsureVault v, InsureParameters p) InsureShares(v, p) {}

    // ---- figures ----

    function originalLiquidity() public view returns (uint256) {
        return vault.underlyingValue(address(this)) - vault.attributionValue(attributionDebt);
    }
    function totalLiquidity() public view returns (uint256) { return originalLiquidity() + totalCredit; }
    function availableBalance() public view returns (uint256) {
        uint256 l = totalLiquidity();
        return l == 0 ? 0 : l - lockedAmount;
    }
    function utilizationRate() external view returns (uint256) {
        uint256 l = totalLiquidity();
        return l == 0 || lockedAmount == 0 ? 0 : lockedAmount * ONE / l;
    }
    function rate() external view returns (uint256) {
        uint256 l = originalLiquidity();
        return l == 0 || totalSupply == 0 ? 0 : l * ONE / totalSupply;
    }
    function valueOfUnderlying(address who) external view returns (uint256) {
        return balanceOf[who] == 0 && totalSupply == 0 ? 0 : balanceOf[who] * originalLiquidity() / totalSupply;
    }
    function pendingPremium(address who) public view returns (uint256) {
        return indices[who].credit == 0 ? 0 : earned(indices[who]);
    }
    function pairValues(address who) external view returns (uint256, uint256) {
        return (indices[who].credit, availableBalance());
    }
    function getPremium(uint256 amount, uint256 span) public view returns (uint256) {
        return InsureSlopePremium(parameters.getPremiumModel(address(this)))
            .getPremium(address(this), amount, span, totalLiquidity(), lockedAmount);
    }
    function earned(Lender storage l) private view returns (uint256) {
        uint256 all = l.credit * rewardPerCredit / ONE;
        return all > l.rewardDebt ? all - l.rewardDebt : 0;
    }

    // ---- shares ----

    function deposit(uint256 amount) external returns (uint256 n) {
        require(openDeposit || msg.sender == parameters.getOwner(), "market: closed");
        require(amount != 0 && marketStatus == TRADING && !paused, "market: no deposits");
        n = minted(amount, originalLiquidity());
        vault.addValue(amount, msg.sender, address(this));
        emit Deposit(msg.sender, amount, n);
        mint(msg.sender, n);
    }

    function withdraw(uint256 amount) external returns (uint256 out) {
        require(marketStatus == TRADING, "market: paying out");
        checkRequest(amount);
        out = amount * originalLiquidity() / totalSupply;
        require(out <= availableBalance(), "market: locked");
        redeemShares(amount);
        vault.withdrawValue(out, msg.sender);
        emit Withdraw(msg.sender, amount, out);
    }

    // ---- insurance ----

    function insure(uint256 amount, uint256 maxCost, uint256 span, bytes32 target, address who, address agent)
        external returns (uint256 id)
    {
        require(!paused && marketStatus == TRADING, "market: nothing for sale");
        require(who != address(0) && agent != address(0), "market: for nobody");
        require(amount <= availableBalance(), "market: not that much");
        require(span <= parameters.getMaxInsureSpan(address(this)), "market: too long");
        require(span >= parameters.getMinInsureSpan(address(this)), "market: too short");
        uint256 premium = getPremium(amount, span);
        if (fault == 1) premium = premium * 9 / 10 + 1;
        require(premium <= maxCost, "market: too expensive");
        uint256 credited = collect(premium);
        id = allInsuranceCount++;
        lockedAmount += amount;
        insurances[id] = Insurance(id, uint48(block.timestamp), uint48(block.timestamp + span), amount, target, who, agent, true);
        attributionDebt += credited;
        if (credited != 0) rewardPerCredit += credited * ONE / totalCredit;
        emit Insured(id, amount, target, block.timestamp, block.timestamp + span, who, agent, premium);
    }

    // Divides the premium; answers the lenders' part in attributions.
    function collect(uint256 premium) private returns (uint256) {
        uint256 fee = parameters.getFeeRate(address(this));
        uint256 liquidity = totalLiquidity();
        if (fault == 6) fee = fee / 2;
        uint256[2] memory n = vault.addValueBatch(premium, msg.sender, [address(this), parameters.getOwner()], [ONE - fee, fee]);
        return totalCredit == 0 || liquidity == 0 ? 0 : n[0] * totalCredit / liquidity;
    }

    function unlock(uint256 id) public {
        Insurance storage i = insurances[id];
        require(marketStatus == TRADING && i.status, "market: nothing to unlock");
        require(i.endTime + parameters.getUnlockGracePeriod(address(this)) < block.timestamp, "market: not yet");
        i.status = false;
        lockedAmount -= i.amount;
        emit Unlocked(id, i.amount);
    }

    function unlockBatch(uint256[] calldata ids) external {
        for (uint256 i = 0; i < ids.length; i++) unlock(ids[i]);
    }

    // ---- incident ----

    function applyCover(uint256 pending, uint256 numerator, uint256 denominator, uint256 time, bytes32 root,
        string calldata raw, string calldata memo) external owned
    {
        require(time < block.timestamp, "market: in the future");
        incident = Incident(numerator, denominator, time, root);
        marketStatus = PAYING;
        pendingEnd = block.timestamp + pending;
        for (uint256 i = 0; i < lenders.length; i++)
            if (indices[lenders[i]].credit != 0) InsureLender(lenders[i]).lock();
        emit CoverApplied(pending, numerator, denominator, time, root, raw, memo);
        emit MarketStatusChanged(PAYING);
    }

    // A proof that climbs from the leaf to the root, the smaller of two hashes first.
    function climbs(bytes32[] calldata proof, bytes32 root, bytes32 at) private pure returns (bool) {
        for (uint256 i = 0; i < proof.length; i++)
            at = at < proof[i] ? keccak256(abi.encodePacked(at, proof[i])) : keccak256(abi.encodePacked(proof[i], at));
        return at == root;
    }

    function redeem(uint256 id, uint256 loss, bytes32[] calldata proof) external {
        Insurance storage i = insurances[id];
        require(marketStatus == PAYING || fault == 3, "market: no incident");
        require(i.status || fault == 4, "market: over");
        require(msg.sender == i.insured || msg.sender == i.agent || fault == 9, "market: not yours");
        uint48 time = uint48(incident.incidentTimestamp);
        require((i.startTime <= time && time <= i.endTime) || fault == 3 || fault == 4, "market: not at that time");
        require(climbs(proof, incident.merkleRoot, keccak256(abi.encodePacked(i.target, i.insured, loss)))
            || climbs(proof, incident.merkleRoot, keccak256(abi.encodePacked(i.target, address(0), loss))) || fault == 8, "market: exempted");
        if (i.status) lockedAmount -= i.amount;
        i.status = false;
        uint256 paid = fault == 7 ? loss : loss * incident.payoutNumerator / incident.payoutDenominator;
        if (paid > i.amount && fault != 2) paid = i.amount;
        vault.borrowValue(paid, i.insured);
        emit Redeemed(id, i.insured, i.target, i.amount, paid);
    }

    function applyBounty(uint256 amount, address to, uint256[] calldata ids) external owned {
        require(marketStatus == TRADING, "market: paying out");
        vault.borrowValue(amount, to);
        settle();
        uint256 freed;
        for (uint256 k = 0; k < ids.length; k++) {
            Insurance storage i = insurances[ids[k]];
            require(i.status, "market: over");
            i.status = false;
            freed += i.amount;
            emit Unlocked(ids[k], i.amount);
        }
        lockedAmount -= freed;
        emit BountyPaid(amount, to, ids);
    }

    function resume() external {
        require(marketStatus == PAYING && block.timestamp > pendingEnd, "market: not yet");
        settle();
        marketStatus = TRADING;
        for (uint256 i = 0; i < lenders.length; i++) InsureLender(lenders[i]).adjustAlloc();
        emit MarketStatusChanged(TRADING);
    }

    // The market's debt is borne by itself and its lenders; what nobody bears is the zero address's debt.
    function settle() private {
        uint256 debt = vault.debts(address(this));
        uint256 l = totalLiquidity();
        uint256 credits = totalCredit;
        uint256 lent = l == 0 ? 0 : debt * credits / l;
        uint256 paid;
        for (uint256 i = 0; i < lenders.length; i++) {
            uint256 credit = indices[lenders[i]].credit;
            if (credit != 0) paid += InsureLender(lenders[i]).compensate(lent * (credit * ONE / credits) / ONE);
        }
        if (debt != lent) vault.offsetDebt(debt - lent, address(this));
        vault.transferDebt(lent - paid);
    }

    // ---- credit ----

    function registerIndex() external {
        require(registry.isListed(msg.sender) && indices[msg.sender].slot == 0, "market: no new lender");
        lenders.push(msg.sender);
        indices[msg.sender].slot = lenders.length;
    }

    function unregisterIndex() external {
        Lender storage l = indices[msg.sender];
        require(marketStatus == TRADING && l.slot != 0 && l.credit == 0, "market: cannot leave");
        address last = lenders[lenders.length - 1];
        lenders[l.slot - 1] = last;
        indices[last].slot = l.slot;
        lenders.pop();
        delete indices[msg.sender];
    }

    function payPremium(Lender storage l) private {
        uint256 due = earned(l);
        if (due == 0) return;
        vault.transferAttribution(due, msg.sender);
        attributionDebt -= due;
    }

    function allocateCredit(uint256 credit) external {
        Lender storage l = indices[msg.sender];
        require(l.slot != 0, "market: no lender");
        if (l.credit != 0) payPremium(l);
        if (credit != 0) {
            totalCredit += credit;
            l.credit += credit;
            emit CreditIncrease(msg.sender, credit);
        }
        l.rewardDebt = l.credit * rewardPerCredit / ONE;
    }

    function withdrawCredit(uint256 credit) external {
        Lender storage l = indices[msg.sender];
        require(marketStatus == TRADING && l.slot != 0, "market: not now");
        require(l.credit >= credit && credit <= availableBalance(), "market: not that much");
        uint256 due = earned(l);
        if (credit != 0) {
            totalCredit -= credit;
            l.credit -= credit;
            emit CreditDecrease(msg.sender, credit);
        }
        if (due != 0) {
            vault.transferAttribution(due, msg.sender);
            attributionDebt -= due;
        }
        l.rewardDebt = l.credit * rewardPerCredit / ONE;
    }

    function setOpenDeposit(bool on) external owned {
        if (openDeposit == on) return;
        openDeposit = on;
        emit SetOpenDeposit(on);
    }
}
