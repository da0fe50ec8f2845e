// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IPayingPool {
    function payOutClaim(address recipient, uint256 amount) external;
}

interface IUsdConverter {
    function convertQuoteToBase(uint256 usd) external view returns (uint256);
}

// What each who decides payouts may spend, by the second.
abstract contract Spending {
    struct Mark {
        uint32 fromTimestamp;
        uint224 value;
    }

    struct Quota {
        uint32 period;
        uint224 amount;
    }

    mapping(address => Mark[]) public accountToAccumulatedQuotaUsageCheckpoints;
    mapping(address => Quota) public accountToQuota;

    function getQuotaUsage(address account) public view returns (uint224) {
        Mark[] storage marks = accountToAccumulatedQuotaUsageCheckpoints[account];
        uint32 then = uint32(block.timestamp) - accountToQuota[account].period;
        uint224 before = 0;
        for (uint256 i = 0; i < marks.length && marks[i].fromTimestamp <= then; i++) before = marks[i].value;
        return marks.length == 0 ? 0 : marks[marks.length - 1].value - before;
    }

    function spend(address account, uint224 amount, bool isLimited) internal {
        Mark[] storage marks = accountToAccumulatedQuotaUsageCheckpoints[account];
        uint224 total = marks.length == 0 ? 0 : marks[marks.length - 1].value;
        marks.push(Mark(uint32(block.timestamp), total + amount));
        uint224 used = getQuotaUsage(account);
        require(!isLimited || used <= accountToQuota[account].amount, "manager: above the quota");
    }
}

// Policies and claims with the rules of docs/protocols/api3-claims-manager.md, written from them. The
// deployer is its admin. `fault` breaks one rule, for tests of who notices.
contract ClaimsManager is Spending {
    event CreatedPolicy(address indexed claimant, bytes32 indexed policyHash, uint224 coverageAmountInUsd, uint32 claimsAllowedFrom, uint32 claimsAllowedUntil, string policy, address sender);
    event UpgradedPolicy(address indexed claimant, bytes32 indexed policyHash, uint224 coverageAmountInUsd, uint32 claimsAllowedFrom, uint32 claimsAllowedUntil, string policy, address sender);
    event DowngradedPolicy(address indexed claimant, bytes32 indexed policyHash, uint224 coverageAmountInUsd, uint32 claimsAllowedFrom, uint32 claimsAllowedUntil, string policy, address sender);
    event AnnouncedPolicyMetadata(address indexed claimant, bytes32 indexed policyHash, string metadata, address sender);
    event CreatedClaim(address indexed claimant, bytes32 indexed policyHash, bytes32 indexed claimHash, uint32 claimsAllowedFrom, string policy, uint224 claimAmountInUsd, string evidence, uint32 claimCreationTime);
    event AcceptedClaim(address indexed claimant, bytes32 indexed policyHash, bytes32 indexed claimHash, uint224 clippedPayoutAmountInUsd, uint224 clippedPayoutAmountInApi3, address sender);
    event ProposedSettlement(address indexed claimant, bytes32 indexed policyHash, bytes32 indexed claimHash, uint224 settlementAmountInUsd, address sender);
    event AcceptedSettlement(address indexed claimant, bytes32 indexed policyHash, bytes32 indexed claimHash, uint224 clippedAmountInUsd, uint224 clippedAmountInApi3);
    event CreatedDispute(address indexed claimant, bytes32 indexed policyHash, bytes32 indexed claimHash, address arbitrator);
    event ResolvedDisputeByRejectingClaim(address indexed claimant, bytes32 indexed policyHash, bytes32 indexed claimHash, address arbitrator);
    event ResolvedDisputeByAcceptingClaim(address indexed claimant, bytes32 indexed policyHash, bytes32 indexed claimHash, uint224 clippedPayoutAmountInUsd, uint224 clippedPayoutAmountInApi3, address arbitrator);
    event ResolvedDisputeByAcceptingSettlement(address indexed claimant, bytes32 indexed policyHash, bytes32 indexed claimHash, uint224 clippedPayoutAmountInUsd, uint224 clippedPayoutAmountInApi3, address arbitrator);
    event SetApi3UsdAmountConverter(address api3UsdAmountConverter, address sender);
    event SetApi3Pool(address api3Pool, address sender);
    event SetMediatorResponsePeriod(uint32 mediatorResponsePeriod, address sender);
    event SetClaimantResponsePeriod(uint32 claimantResponsePeriod, address sender);
    event SetArbitratorResponsePeriod(uint32 arbitratorResponsePeriod, address sender);
    event SetQuota(address indexed account, uint32 period, uint224 amountInApi3, address sender);
    event ResetQuota(address indexed account, address sender);

    enum Status { None, Created, Accepted, Proposed, Settled, Disputed, Rejected, PaidClaim, PaidSettlement }
    enum Fault { None, PaysAboveCover, PaysNothing, TakesLateClaims, WrongClaimHash, WrongPolicyHash, PaysLess, PaysMoreApi3, IgnoresDeadlines, PaysSomebodyElse, AcceptsTwice, IgnoresQuotas, SettlesAboveClaim, TakesClaimsAboveCover }

    struct Policy {
        uint32 claimsAllowedUntil;
        uint224 coverageAmountInUsd;
    }

    struct Claim {
        Status status;
        uint32 updateTime;
        address arbitrator;
    }

    address public admin;
    mapping(address => bool) public isMediator;
    mapping(address => bool) public isArbitrator;
    Fault public fault;

    address public api3UsdAmountConverter;
    address public api3Pool;
    uint32 public mediatorResponsePeriod;
    uint32 public claimantResponsePeriod;
    uint32 public arbitratorResponsePeriod;
    mapping(bytes32 => Policy) public policyHashToState;
    mapping(bytes32 => Claim) public claimHashToState;
    mapping(bytes32 => uint224) public claimHashToProposedSettlementAmountInUsd;

    // For what the real contract has no view: everything that is open, counted one by one.
    bytes32[] private policies;
    mapping(bytes32 => uint32) private startOf;

    constructor(address pool, uint32 mediator, uint32 claimant, uint32 arbitrator) {
        admin = msg.sender;
        setApi3Pool(pool);
        setMediatorResponsePeriod(mediator);
        setClaimantResponsePeriod(claimant);
        setArbitratorResponsePeriod(arbitrator);
    }

    modifier onlyAdmin() {
        require(msg.sender == admin, "manager: not the admin");
        _;
    }

    modifier onlyMediator() {
        require(isMediatorOrAdmin(msg.sender), "manager: not a mediator");
        _;
    }

    function isMediatorOrAdmin(address account) public view returns (bool) {
        return isMediator[account] || account == admin;
    }

    // ---- what the admin sets ----
    function appoint(address account, bool asMediator, bool asArbitrator) external onlyAdmin {
        isMediator[account] = asMediator;
        isArbitrator[account] = asArbitrator;
    }

    function misbehave(Fault how) external onlyAdmin {
        fault = how;
    }

    function setApi3Pool(address pool) public onlyAdmin {
        require(pool != address(0), "manager: zero");
        api3Pool = pool;
        emit SetApi3Pool(pool, msg.sender);
    }

    function setApi3UsdAmountConverter(address converter) external onlyAdmin {
        require(converter != address(0), "manager: zero");
        api3UsdAmountConverter = converter;
        emit SetApi3UsdAmountConverter(converter, msg.sender);
    }

    function setMediatorResponsePeriod(uint32 period) public onlyAdmin {
        require(period != 0, "manager: zero");
        mediatorResponsePeriod = period;
        emit SetMediatorResponsePeriod(period, msg.sender);
    }

    function setClaimantResponsePeriod(uint32 period) public onlyAdmin {
        require(period != 0, "manager: zero");
        claimantResponsePeriod = period;
        emit SetClaimantResponsePeriod(period, msg.sender);
    }

    function setArbitratorResponsePeriod(uint32 period) public onlyAdmin {
        require(period != 0, "manager: zero");
        arbitratorResponsePeriod = period;
        emit SetArbitratorResponsePeriod(period, msg.sender);
    }

    function setQuota(address account, uint32 period, uint224 amount) external onlyAdmin {
        require(account != address(0) && period != 0 && amount != 0, "manager: zero");
        accountToQuota[account] = Quota(period, amount);
        emit SetQuota(account, period, amount, msg.sender);
    }

    function resetQuota(address account) external onlyAdmin {
        require(account != address(0), "manager: zero");
        delete accountToQuota[account];
        emit ResetQuota(account, msg.sender);
    }

    // ---- policies ----
    function policyHashOf(address claimant, uint32 from, string memory policy) private view returns (bytes32 hash) {
        hash = keccak256(abi.encodePacked(claimant, from, policy));
        if (fault == Fault.WrongPolicyHash) hash = ~hash;
    }

    function createPolicy(address claimant, uint224 cover, uint32 from, uint32 until, string calldata policy) external onlyAdmin {
        require(claimant != address(0) && cover != 0 && from != 0 && bytes(policy).length != 0, "manager: zero");
        require(until > from, "manager: ends before it begins");
        bytes32 hash = policyHashOf(claimant, from, policy);
        require(policyHashToState[hash].claimsAllowedUntil == 0, "manager: there already");
        policyHashToState[hash] = Policy(until, cover);
        policies.push(hash);
        startOf[hash] = from;
        emit CreatedPolicy(claimant, hash, cover, from, until, policy, msg.sender);
    }

    function upgradePolicy(address claimant, uint224 cover, uint32 from, uint32 until, string calldata policy) external onlyAdmin {
        bytes32 hash = policyHashOf(claimant, from, policy);
        Policy storage p = policyHashToState[hash];
        require(p.claimsAllowedUntil != 0, "manager: no policy");
        require(cover >= p.coverageAmountInUsd && until >= p.claimsAllowedUntil, "manager: less");
        (p.coverageAmountInUsd, p.claimsAllowedUntil) = (cover, until);
        emit UpgradedPolicy(claimant, hash, cover, from, until, policy, msg.sender);
    }

    function downgradePolicy(address claimant, uint224 cover, uint32 from, uint32 until, string calldata policy) external {
        require(msg.sender == claimant || msg.sender == admin, "manager: not yours");
        require(until > from, "manager: ends before it begins");
        bytes32 hash = policyHashOf(claimant, from, policy);
        Policy storage p = policyHashToState[hash];
        require(p.claimsAllowedUntil != 0, "manager: no policy");
        require(cover <= p.coverageAmountInUsd && until <= p.claimsAllowedUntil, "manager: more");
        (p.coverageAmountInUsd, p.claimsAllowedUntil) = (cover, until);
        emit DowngradedPolicy(claimant, hash, cover, from, until, policy, msg.sender);
    }

    function announcePolicyMetadata(address claimant, uint32 from, string calldata policy, string calldata metadata) external onlyAdmin {
        bytes32 hash = policyHashOf(claimant, from, policy);
        require(policyHashToState[hash].claimsAllowedUntil != 0, "manager: no policy");
        emit AnnouncedPolicyMetadata(claimant, hash, metadata, msg.sender);
    }

    // ---- claims ----
    function claimHashOf(bytes32 policy, address claimant, uint224 amount, string memory evidence) private view returns (bytes32 hash) {
        hash = keccak256(abi.encodePacked(policy, claimant, amount, evidence));
        if (fault == Fault.WrongClaimHash) hash = ~hash;
    }

    function createClaim(uint32 from, string calldata policy, uint224 amount, string calldata evidence) external {
        require(amount != 0 && bytes(evidence).length != 0, "manager: zero");
        bytes32 policyHash = policyHashOf(msg.sender, from, policy);
        Policy storage p = policyHashToState[policyHash];
        require(block.timestamp >= from, "manager: too early");
        require(block.timestamp <= p.claimsAllowedUntil || fault == Fault.TakesLateClaims, "manager: too late");
        require(amount <= p.coverageAmountInUsd || fault == Fault.TakesClaimsAboveCover, "manager: above the cover");
        bytes32 hash = claimHashOf(policyHash, msg.sender, amount, evidence);
        require(claimHashToState[hash].status == Status.None, "manager: claimed already");
        claimHashToState[hash] = Claim(Status.Created, uint32(block.timestamp), address(0));
        emit CreatedClaim(msg.sender, policyHash, hash, from, policy, amount, evidence, uint32(block.timestamp));
    }

    // The claim must be in that state, and the period not be over.
    function advance(bytes32 hash, Status from, Status to, uint32 period, address arbitrator) private {
        Claim storage c = claimHashToState[hash];
        require(c.status == from || (fault == Fault.AcceptsTwice && c.status == to), "manager: not in that state");
        require(c.updateTime + period > block.timestamp || fault == Fault.IgnoresDeadlines, "manager: too late");
        claimHashToState[hash] = Claim(to, uint32(block.timestamp), arbitrator);
    }

    // USD that are paid, and API3 for them.
    function clip(bytes32 policyHash, uint224 amount) private returns (uint224 usd, uint224 api3) {
        Policy storage p = policyHashToState[policyHash];
        usd = amount < p.coverageAmountInUsd ? amount : p.coverageAmountInUsd;
        if (fault == Fault.PaysAboveCover) usd = p.coverageAmountInUsd + 1;
        if (fault == Fault.PaysLess) usd -= 1;
        p.coverageAmountInUsd = usd < p.coverageAmountInUsd ? p.coverageAmountInUsd - usd : 0;
        api3 = uint224(IUsdConverter(api3UsdAmountConverter).convertQuoteToBase(usd));
        if (fault == Fault.PaysMoreApi3) api3 += 1;
    }

    function pay(address claimant, uint224 api3) private {
        if (fault == Fault.PaysNothing) return;
        IPayingPool(api3Pool).payOutClaim(fault == Fault.PaysSomebodyElse ? admin : claimant, api3);
    }

    // Without a decision before it.
    function leak(address recipient, uint256 api3) external onlyAdmin {
        IPayingPool(api3Pool).payOutClaim(recipient, api3);
    }

    function acceptClaim(bytes32 policyHash, address claimant, uint224 amount, string calldata evidence) external onlyMediator {
        bytes32 hash = claimHashOf(policyHash, claimant, amount, evidence);
        advance(hash, Status.Created, Status.Accepted, mediatorResponsePeriod, address(0));
        (uint224 usd, uint224 api3) = clip(policyHash, amount);
        spend(msg.sender, api3, fault != Fault.IgnoresQuotas);
        emit AcceptedClaim(claimant, policyHash, hash, usd, api3, msg.sender);
        pay(claimant, api3);
    }

    function proposeSettlement(bytes32 policyHash, address claimant, uint224 amount, string calldata evidence, uint224 settlement) external onlyMediator {
        require(settlement != 0 && (settlement < amount || fault == Fault.SettlesAboveClaim), "manager: no such settlement");
        bytes32 hash = claimHashOf(policyHash, claimant, amount, evidence);
        advance(hash, Status.Created, Status.Proposed, mediatorResponsePeriod, address(0));
        spend(msg.sender, uint224(IUsdConverter(api3UsdAmountConverter).convertQuoteToBase(settlement)), fault != Fault.IgnoresQuotas);
        claimHashToProposedSettlementAmountInUsd[hash] = settlement;
        emit ProposedSettlement(claimant, policyHash, hash, settlement, msg.sender);
    }

    function acceptSettlement(bytes32 policyHash, uint224 amount, string calldata evidence, uint224 least) external {
        bytes32 hash = claimHashOf(policyHash, msg.sender, amount, evidence);
        advance(hash, Status.Proposed, Status.Settled, claimantResponsePeriod, address(0));
        (uint224 usd, uint224 api3) = clip(policyHash, claimHashToProposedSettlementAmountInUsd[hash]);
        require(api3 >= least, "manager: less than wanted");
        emit AcceptedSettlement(msg.sender, policyHash, hash, usd, api3);
        pay(msg.sender, api3);
    }

    function createDispute(bytes32 policyHash, address claimant, uint224 amount, string calldata evidence) external {
        require(isArbitrator[msg.sender], "manager: not an arbitrator");
        bytes32 hash = claimHashOf(policyHash, claimant, amount, evidence);
        Claim storage c = claimHashToState[hash];
        uint32 opens = c.updateTime;
        if (c.status == Status.Created) opens += mediatorResponsePeriod;
        else require(c.status == Status.Proposed, "manager: not in that state");
        require(opens <= block.timestamp && opens + claimantResponsePeriod > block.timestamp, "manager: not now");
        claimHashToState[hash] = Claim(Status.Disputed, uint32(block.timestamp), msg.sender);
        emit CreatedDispute(claimant, policyHash, hash, msg.sender);
    }

    function resolveDispute(bytes32 policyHash, address claimant, uint224 amount, string calldata evidence, uint8 ruling) external {
        require(ruling <= 2, "manager: no such ruling");
        bytes32 hash = claimHashOf(policyHash, claimant, amount, evidence);
        address arbitrator = claimHashToState[hash].arbitrator;
        require(msg.sender == admin || (isArbitrator[msg.sender] && msg.sender == arbitrator), "manager: not the arbitrator");
        uint224 settlement = claimHashToProposedSettlementAmountInUsd[hash];
        bool isPaid = ruling == 1 || (ruling == 2 && settlement != 0);
        Status to = !isPaid ? Status.Rejected : ruling == 1 ? Status.PaidClaim : Status.PaidSettlement;
        advance(hash, Status.Disputed, to, arbitratorResponsePeriod, arbitrator);
        if (!isPaid) {
            emit ResolvedDisputeByRejectingClaim(claimant, policyHash, hash, msg.sender);
            return;
        }
        (uint224 usd, uint224 api3) = clip(policyHash, ruling == 1 ? amount : settlement);
        spend(msg.sender, api3, fault != Fault.IgnoresQuotas);
        if (ruling == 1) emit ResolvedDisputeByAcceptingClaim(claimant, policyHash, hash, usd, api3, msg.sender);
        else emit ResolvedDisputeByAcceptingSettlement(claimant, policyHash, hash, usd, api3, msg.sender);
        pay(claimant, api3);
    }

    // ---- counted one by one ----
    function openCover() external view returns (uint256 usd, uint256 count) {
        for (uint256 i = 0; i < policies.length; i++) {
            Policy storage p = policyHashToState[policies[i]];
            if (block.timestamp < startOf[policies[i]] || block.timestamp > p.claimsAllowedUntil || p.coverageAmountInUsd == 0) continue;
            usd += p.coverageAmountInUsd;
            count++;
        }
    }

    // Whether a claim waits for somebody who may not do anything any more.
    function isExpired(bytes32 hash) external view returns (bool) {
        Claim storage c = claimHashToState[hash];
        if (c.status == Status.Created) return uint256(c.updateTime) + mediatorResponsePeriod + claimantResponsePeriod <= block.timestamp;
        if (c.status == Status.Proposed) return uint256(c.updateTime) + claimantResponsePeriod <= block.timestamp;
        return c.status == Status.Disputed && uint256(c.updateTime) + arbitratorResponsePeriod <= block.timestamp;
    }
}
