// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./BridgeTypes.sol";

// Prices by utilization; the parameters change without an event.
contract BridgeQuote is IQuote {
    address public immutable owner = msg.sender;
    uint256 public riskyAssetThresholdPercentage;
    uint256 public minimumCostPercentage;
    uint256 public minimumInsuranceCost;
    uint256 public lowRiskMaxPercentPremiumCost;
    uint256 public lowRiskMaxPercentPremiumCost100Utilization;
    uint256 public highRiskMaxPercentPremiumCost;
    uint256 public highRiskMaxPercentPremiumCost100Utilization;
    uint256 public lowRiskRiskyAssetThresholdPercentage;
    uint256 public lowRiskMinimumCostPercentage;

    function setupPricingModel(uint256[9] calldata p) external {
        require(msg.sender == owner, "quote: not the owner");
        (riskyAssetThresholdPercentage, lowRiskRiskyAssetThresholdPercentage, minimumCostPercentage) = (p[0], p[1], p[2]);
        (lowRiskMinimumCostPercentage, minimumInsuranceCost, lowRiskMaxPercentPremiumCost) = (p[3], p[4], p[5]);
        (lowRiskMaxPercentPremiumCost100Utilization, highRiskMaxPercentPremiumCost, highRiskMaxPercentPremiumCost100Utilization) = (p[6], p[7], p[8]);
    }

    function getQuotePredefined(uint256 duration, uint256 tokens, uint256 cover, uint256 liquidity, uint256 leveraged, bool safe)
        external view returns (uint256 price, uint256 percentage)
    {
        require(duration > 0 && duration <= YEAR, "quote: duration");
        require(tokens > 0 && cover + tokens <= liquidity, "quote: amount");
        percentage = duration * annual((cover + tokens) * PERCENTAGE_100 / (liquidity + leveraged), safe) / YEAR;
        price = max(tokens * percentage / PERCENTAGE_100, minimumInsuranceCost);
    }

    function annual(uint256 u, bool safe) private view returns (uint256 c) {
        uint256 threshold = safe ? lowRiskRiskyAssetThresholdPercentage : riskyAssetThresholdPercentage;
        uint256 top = safe ? lowRiskMaxPercentPremiumCost : highRiskMaxPercentPremiumCost;
        uint256 full = safe ? lowRiskMaxPercentPremiumCost100Utilization : highRiskMaxPercentPremiumCost100Utilization;
        if (u < threshold) c = u * top / threshold;
        else c = top + (PERCENT * (u - threshold) / (PERCENTAGE_100 - threshold)) * (full - top) / PERCENT;
        c = max(c, safe ? lowRiskMinimumCostPercentage : minimumCostPercentage);
    }
}

// Distributors and their fees.
contract BridgeAdmin is IAdmin {
    event DistributorWhitelisted(address distributorAddress, uint256 distributorFee);
    event DistributorBlacklisted(address distributorAddress);
    address public immutable owner = msg.sender;
    mapping(address => uint256) public distributorFees;

    function whitelistDistributor(address distributor, uint256 fee) external {
        require(msg.sender == owner && fee > 0 && fee <= 20 * PERCENT, "admin: fee");
        distributorFees[distributor] = fee;
        emit DistributorWhitelisted(distributor, fee);
    }
    function blacklistDistributor(address distributor) external {
        require(msg.sender == owner);
        delete distributorFees[distributor];
        emit DistributorBlacklisted(distributor);
    }
}

// When policies begin and end. `mischief` 3: a holder may have two.
contract BridgeRegistry is IRegistry {
    event PolicyAdded(address user, address book, uint256 cover);
    event PolicyRemoved(address user, address book);

    struct Info { uint256 coverAmount; uint256 premium; uint256 startTime; uint256 endTime; }
    mapping(address => mapping(address => Info)) public policyInfos;
    address public immutable owner = msg.sender;
    uint256 public mischief;

    function misbehave(uint256 kind) external { require(msg.sender == owner); mischief = kind; }

    function isPolicyValid(address user, address book) external view returns (bool) {
        return policyInfos[user][book].endTime > block.timestamp;
    }
    function isPolicyActive(address user, address book) public view returns (bool) {
        uint256 end = policyInfos[user][book].endTime;
        return end != 0 && end + WEEK > block.timestamp;
    }
    function policyStartTime(address user, address book) external view returns (uint256) { return policyInfos[user][book].startTime; }

    function addPolicy(address user, uint256 cover, uint256 premium, uint256 duration) external {
        require(mischief == 3 || !isPolicyActive(user, msg.sender), "registry: there is one");
        policyInfos[user][msg.sender] = Info(cover, premium, block.timestamp, block.timestamp + duration);
        emit PolicyAdded(user, msg.sender, cover);
    }
    function removePolicy(address user) external {
        require(policyInfos[user][msg.sender].startTime != 0, "registry: none");
        delete policyInfos[user][msg.sender];
        emit PolicyRemoved(user, msg.sender);
    }
}

// Claims; the vote's result comes from BridgeVoting, or is the owner's word. `mischief`: 4 more than the cover is granted, 5 claims of expired policies are taken.
contract BridgeClaims is IClaims {
    event AppealPending(address claimer, address policyBookAddress, uint256 claimIndex);
    event ClaimPending(address claimer, address policyBookAddress, uint256 claimIndex);
    event ClaimAccepted(address claimer, address policyBookAddress, uint256 claimAmount, uint256 claimIndex);
    event ClaimRejected(address claimer, address policyBookAddress, uint256 claimIndex);
    event ClaimExpired(address claimer, address policyBookAddress, uint256 claimIndex);
    event AppealRejected(address claimer, address policyBookAddress, uint256 claimIndex);
    event WithdrawalRequested(address claimer, uint256 refund, uint256 readyToWithdrawDate);
    event ClaimWithdrawn(address claimer, uint256 refund);

    // CAN_CLAIM 0, UNCLAIMABLE 1, PENDING 2, AWAITING_CALCULATION 3, REJECTED_CAN_APPEAL 4, REJECTED 5, ACCEPTED 6, EXPIRED 7
    struct Claim { address claimer; address book; uint256 submitted; uint256 ended; bool appeal; uint256 status; uint256 amount; uint256 refund; }
    struct Wait { uint256 readyToWithdrawDate; bool committed; }

    IRegistry public immutable registry;
    ICapital public immutable capital;
    uint256 public immutable decimals;
    address public immutable owner = msg.sender;
    Claim[] public claims;
    mapping(address => mapping(address => uint256)) public claimIndexOf;
    mapping(uint256 => Wait) public claimWithdrawalInfo;
    mapping(uint256 => bool) isWaiting;
    address public voting;
    uint256 public mischief;

    constructor(IRegistry registry_, ICapital capital_, uint256 decimals_) {
        (registry, capital, decimals) = (registry_, capital_, decimals_);
        claims.push();
    }

    function misbehave(uint256 kind) external { require(msg.sender == owner); mischief = kind; }
    function setVoting(address voting_) external { require(msg.sender == owner); voting = voting_; }
    function claimIndex(address claimer, address book) external view returns (uint256) { return claimIndexOf[book][claimer]; }
    function claimEndTime(uint256 index) external view returns (uint256) { return claims[index].ended; }
    function count() external view returns (uint256) { return claims.length - 1; }

    function claimStatus(uint256 index) public view returns (uint256) {
        require(index > 0 && index < claims.length, "claims: none");
        Claim storage c = claims[index];
        if (c.status == 4 && c.ended + WEEK <= block.timestamp) return 5;
        if (c.status == 2 && c.submitted + 24 days <= block.timestamp) return 7;
        if (c.status == 2 && c.submitted + 14 days <= block.timestamp) return 3;
        return c.status;
    }

    function getClaimWithdrawalStatus(uint256 index) public view returns (uint256) {
        uint256 ready = claimWithdrawalInfo[index].readyToWithdrawDate;
        return ready == 0 ? 0 : block.timestamp < ready ? 1 : block.timestamp < ready + 8 days ? 2 : 3;
    }

    function hasProcedureOngoing(address book) external view returns (bool) {
        for (uint256 i = 1; i < claims.length; i++) {
            if (claims[i].book != book) continue;
            uint256 s = claimStatus(i);
            uint256 w = getClaimWithdrawalStatus(i);
            if (!(s == 7 || s == 5 || (s == 6 && (w == 0 || (w == 3 && !registry.isPolicyActive(claims[i].claimer, book)))))) return true;
        }
        return false;
    }

    function canBuyNewPolicy(address buyer, address book) external {
        require(msg.sender == book, "claims: not the book");
        bool active = registry.isPolicyActive(buyer, book);
        uint256 i = claimIndexOf[book][buyer];
        require(i == 0 || (!active && claims[i].status != 2 && claimStatus(i) != 4), "claims: pending");
        if (active) IBook(book).endActivePolicy(buyer);
    }

    function submitClaim(address claimer, address book, uint256 cover, bool appeal) external returns (uint256 index) {
        require(msg.sender == book, "claims: not the book");
        uint256 old = claimIndexOf[book][claimer];
        uint256 s = old == 0 ? 0 : claimStatus(old);
        bool active = registry.isPolicyActive(claimer, book) || mischief == 5;
        bool isNew = s == 0 || s == 7 || s == 5 ||
            (s == 6 && (registry.policyStartTime(claimer, book) > claims[old].submitted || !isWaiting[old]));
        require(appeal ? s == 4 : active && isNew, "claims: cannot be submitted");
        if (appeal) claims[old].status = 5;
        index = claims.length;
        claims.push(Claim(claimer, book, block.timestamp, 0, appeal, 2, cover, 0));
        claimIndexOf[book][claimer] = index;
        if (appeal) emit AppealPending(claimer, book, index);
        else emit ClaimPending(claimer, book, index);
    }

    // The vote's result: the amount, 0 rejects. After 24 days the claim expires instead.
    function calculateResult(uint256 index, uint256 amount) external {
        require(msg.sender == owner || msg.sender == voting, "claims: not the votes");
        uint256 s = claimStatus(index);
        Claim storage c = claims[index];
        require(c.status == 2 && (s == 3 || s == 7), "claims: not awaiting");
        require(amount <= c.amount || mischief == 4, "claims: more than the cover");
        if (s == 7) {
            c.status = 7;
            emit ClaimExpired(c.claimer, owner, index); // as the original: not the book's address
        } else if (amount > 0) {
            c.refund = amount;
            c.status = 6;
            request(c.claimer, index);
            emit ClaimAccepted(c.claimer, c.book, c.amount, index);
        } else if (!c.appeal) {
            c.status = 4;
            emit ClaimRejected(c.claimer, c.book, index);
        } else {
            c.status = 5;
            delete claimIndexOf[c.book][c.claimer];
            emit AppealRejected(c.claimer, c.book, index);
        }
        c.ended = block.timestamp;
        IBook(c.book).commitClaim(c.claimer, block.timestamp, c.status);
    }

    function requestClaimWithdrawal(uint256 index) external {
        Claim storage c = claims[index];
        uint256 w = getClaimWithdrawalStatus(index);
        require(c.status == 6 && msg.sender == c.claimer && (w == 0 || w == 3), "claims: cannot be requested");
        require(registry.isPolicyActive(c.claimer, c.book) && registry.policyStartTime(c.claimer, c.book) < c.ended, "claims: expired");
        request(c.claimer, index);
    }
    function request(address claimer, uint256 index) private {
        isWaiting[index] = true;
        uint256 ready = block.timestamp + capital.getWithdrawPeriod();
        claimWithdrawalInfo[index].readyToWithdrawDate = ready;
        emit WithdrawalRequested(claimer, claims[index].refund, ready);
    }

    function withdrawClaim(uint256 index) external {
        Claim storage c = claims[index];
        require(c.claimer == msg.sender && getClaimWithdrawalStatus(index) == 2, "claims: not ready");
        uint256 owed = from18(c.refund, decimals);
        uint256 paid = capital.fundClaim(msg.sender, owed, c.book);
        if (!claimWithdrawalInfo[index].committed) {
            IBook(c.book).commitWithdrawnClaim(msg.sender);
            claimWithdrawalInfo[index].committed = true;
        }
        c.refund = to18(owed - paid, decimals);
        if (owed == paid) {
            isWaiting[index] = false;
            delete claimWithdrawalInfo[index];
        } else {
            request(msg.sender, index);
        }
        emit ClaimWithdrawn(msg.sender, to18(paid, decimals));
    }

    function withdrawLockedBMI(uint256 index) external {
        Claim storage c = claims[index];
        require(c.claimer == msg.sender && c.status == 6 && isWaiting[index], "claims: nothing locked");
        require(getClaimWithdrawalStatus(index) == 3 && !registry.isPolicyActive(msg.sender, c.book), "claims: not over");
        IBook(c.book).commitWithdrawnClaim(msg.sender);
        isWaiting[index] = false;
        delete claimWithdrawalInfo[index];
    }
}

// Votes on claims. Whoever owns it says how each voter voted, and with what power; what follows is as in the original.
contract BridgeVoting {
    event VoteExposed(uint256 claimIndex, address voter, uint256 suggestedClaimAmount);
    event ClaimCalculated(uint256 claimIndex, address calculator);

    struct Vote { uint256 power; uint256 status; } // EXPOSED_PENDING 3, REJECTED 7
    BridgeClaims public immutable claims;
    address public immutable owner = msg.sender;
    Vote[] votes;
    mapping(uint256 => mapping(address => uint256)) public voteIndex;
    mapping(uint256 => uint256) public average;
    mapping(uint256 => uint256) public yes;
    mapping(uint256 => uint256) public no;

    constructor(BridgeClaims claims_) {
        claims = claims_;
        votes.push();
    }

    function getVotingPower(uint256 index) external view returns (uint256) { return votes[index].power; }
    function voteStatus(uint256 index) external view returns (uint256) {
        require(index > 0 && index < votes.length, "voting: none");
        return votes[index].status;
    }

    function expose(uint256 claim, address voter, uint256 amount, uint256 power, bool isConfirmed) external {
        require(msg.sender == owner && voteIndex[claim][voter] == 0, "voting: once");
        voteIndex[claim][voter] = votes.length;
        votes.push(Vote(power, isConfirmed ? 3 : 7));
        if (isConfirmed && amount > 0) {
            average[claim] = (average[claim] * yes[claim] + amount * power) / (yes[claim] + power);
            yes[claim] += power;
        } else if (isConfirmed) {
            no[claim] += power;
        }
        emit VoteExposed(claim, voter, amount);
    }

    function calculateResult(uint256 claim) external {
        uint256 all = yes[claim] + no[claim];
        bool isAccepted = all > 0 && yes[claim] * PERCENTAGE_100 / all >= 66 * PERCENT;
        claims.calculateResult(claim, isAccepted ? average[claim] : 0);
        emit ClaimCalculated(claim, msg.sender);
    }
}
