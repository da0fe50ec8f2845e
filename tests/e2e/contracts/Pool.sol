// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IPoolToken {
    function totalSupply() external view returns (uint256);
    function getMinterStatus(address who) external view returns (bool);
    function mint(address to, uint256 value) external;
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

// A staking and coverage pool that answers as the API3 DAO pool does, written from the rules in
// docs/protocols (never from its sources). Setters obey the deployer instead of a DAO's agents.
contract Pool {
    // ---- what it tells ----
    event Deposited(address indexed user, uint256 amount, uint256 userUnstaked);
    event Withdrawn(address indexed user, uint256 amount, uint256 userUnstaked);
    event DepositedByTimelockManager(address indexed user, uint256 amount, uint256 userUnstaked);
    event DepositedVesting(address indexed user, uint256 amount, uint256 start, uint256 end, uint256 userUnstaked, uint256 userVesting);
    event VestedTimelock(address indexed user, uint256 amount, uint256 userVesting);
    event Staked(address indexed user, uint256 amount, uint256 mintedShares, uint256 userUnstaked, uint256 userShares, uint256 totalShares, uint256 totalStake);
    event ScheduledUnstake(address indexed user, uint256 amount, uint256 shares, uint256 scheduledFor, uint256 userShares);
    event Unstaked(address indexed user, uint256 amount, uint256 userUnstaked, uint256 totalShares, uint256 totalStake);
    event MintedReward(uint256 indexed epochIndex, uint256 amount, uint256 newApr, uint256 totalStake);
    event PaidOutClaim(address indexed recipient, uint256 amount, uint256 totalStake);
    event Delegated(address indexed user, address indexed delegate, uint256 shares, uint256 totalDelegatedTo);
    event Undelegated(address indexed user, address indexed delegate, uint256 shares, uint256 totalDelegatedTo);
    event UpdatedDelegation(address indexed user, address indexed delegate, bool delta, uint256 shares, uint256 totalDelegatedTo);
    event CalculatingUserLocked(address indexed user, uint256 nextIndEpoch, uint256 oldestLockedEpoch);
    event CalculatedUserLocked(address indexed user, uint256 amount);
    event SetDaoApps(address agentAppPrimary, address agentAppSecondary, address votingAppPrimary, address votingAppSecondary);
    event SetClaimsManagerStatus(address indexed claimsManager, bool indexed status);
    event SetStakeTarget(uint256 stakeTarget);
    event SetMaxApr(uint256 maxApr);
    event SetMinApr(uint256 minApr);
    event SetUnstakeWaitPeriod(uint256 unstakeWaitPeriod);
    event SetAprUpdateStep(uint256 aprUpdateStep);
    event SetProposalVotingPowerThreshold(uint256 proposalVotingPowerThreshold);
    event UpdatedLastProposalTimestamp(address indexed user, uint256 lastProposalTimestamp, address votingApp);

    // ---- what it keeps ----
    struct Point {
        uint32 fromBlock;
        uint224 value;
    }

    struct AddressPoint {
        uint32 fromBlock;
        address value;
    }

    struct Reward {
        uint32 atBlock;
        uint224 amount;
        uint256 totalSharesThen;
        uint256 totalStakeThen;
    }

    struct Holder {
        Point[] shares;
        Point[] delegatedTo;
        AddressPoint[] delegates;
        uint256 unstaked;
        uint256 vesting;
        uint256 unstakeAmount;
        uint256 unstakeShares;
        uint256 unstakeScheduledFor;
        uint256 lastDelegationUpdateTimestamp;
        uint256 lastProposalTimestamp;
    }

    struct Grant {
        uint256 totalAmount;
        uint256 remainingAmount;
        uint256 releaseStart;
        uint256 releaseEnd;
    }

    struct Tally {
        uint256 initialIndEpoch;
        uint256 nextIndEpoch;
        uint256 locked;
    }

    uint256 private constant ONE = 1e18;
    uint256 public constant EPOCH_LENGTH = 1 weeks;
    uint256 public constant REWARD_VESTING_PERIOD = 52;

    IPoolToken public immutable api3Token;
    address public immutable timelockManager;
    uint256 public immutable genesisEpoch;

    // In the order of the API3 pool's own storage, which docs/protocols/api3.md describes: what is
    // proved from it must stand in the same slots.
    address public agentAppPrimary;
    address public agentAppSecondary;
    address public votingAppPrimary;
    address public votingAppSecondary;
    mapping(address => bool) public claimsManagerStatus;
    mapping(uint256 => Reward) public epochIndexToReward;
    uint256 public epochIndexOfLastReward;
    uint256 public totalStake = 1;
    uint256 public stakeTarget = 0.5e18;
    uint256 public minApr = 0.025e18;
    uint256 public maxApr = 0.75e18;
    uint256 public aprUpdateStep = 0.01e18;
    uint256 public unstakeWaitPeriod = 1 weeks;
    uint256 public proposalVotingPowerThreshold = 0.001e18;
    uint256 public apr = (0.75e18 + 0.025e18) / 2;
    mapping(address => Holder) private holders;
    Point[] public poolShares;
    mapping(address => Tally) public userToLockedCalculation;
    address private deployer;
    mapping(address => Grant) public userToTimelock;

    constructor(IPoolToken token, address timelock) {
        api3Token = token;
        timelockManager = timelock;
        deployer = msg.sender;
        genesisEpoch = block.timestamp / EPOCH_LENGTH;
        epochIndexOfLastReward = block.timestamp / EPOCH_LENGTH;
        note(poolShares, 1);
    }

    modifier governed() {
        require(msg.sender == deployer, "pool: not the deployer");
        _;
    }

    modifier rewarded() {
        rewardStep();
        _;
    }

    // ---- histories ----
    function note(Point[] storage history, uint256 value) private {
        require(block.number <= type(uint32).max && value <= type(uint224).max, "pool: too large to note");
        history.push(Point(uint32(block.number), uint224(value)));
    }

    function latest(Point[] storage history) private view returns (uint256) {
        return history.length == 0 ? 0 : history[history.length - 1].value;
    }

    function delegateOf(address user) private view returns (address) {
        AddressPoint[] storage history = holders[user].delegates;
        return history.length == 0 ? address(0) : history[history.length - 1].value;
    }

    // The value at the end of a block: of several points in one block the last one counts.
    function valueAt(Point[] storage history, uint256 blockNumber) private view returns (uint224) {
        uint256 low = 0;
        uint256 high = history.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (history[middle].fromBlock <= blockNumber) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? 0 : history[low - 1].value;
    }

    // ---- rewards ----
    function rewardStep() private {
        uint256 epoch = block.timestamp / EPOCH_LENGTH;
        if (epochIndexOfLastReward >= epoch) return;
        if (api3Token.getMinterStatus(address(this))) {
            uint256 amount = (totalStake * apr * EPOCH_LENGTH) / 365 days / ONE;
            require(block.number <= type(uint32).max && amount <= type(uint224).max, "pool: too large to note");
            epochIndexToReward[epoch] = Reward(uint32(block.number), uint224(amount), totalShares(), totalStake);
            api3Token.mint(address(this), amount);
            totalStake += amount;
            steerApr();
            emit MintedReward(epoch, amount, apr, totalStake);
        }
        epochIndexOfLastReward = epoch;
    }

    function steerApr() private {
        uint256 next;
        if ((totalStake * ONE) / api3Token.totalSupply() > stakeTarget) next = apr > aprUpdateStep ? apr - aprUpdateStep : 0;
        else next = apr + aprUpdateStep;
        if (next > maxApr) next = maxApr;
        else if (next < minApr) next = minApr;
        apr = next;
    }

    function mintReward() external rewarded {}

    // ---- deposits and withdrawals ----
    function depositRegular(uint256 amount) public rewarded {
        Holder storage h = holders[msg.sender];
        h.unstaked += amount;
        require(api3Token.transferFrom(msg.sender, address(this), amount));
        emit Deposited(msg.sender, amount, h.unstaked);
    }

    function deposit(address source, uint256 amount, address userAddress) external {
        require(msg.sender == timelockManager, "pool: not the timelock");
        Holder storage h = holders[userAddress];
        h.unstaked += amount;
        require(api3Token.transferFrom(source, address(this), amount));
        emit DepositedByTimelockManager(userAddress, amount, h.unstaked);
    }

    function depositWithVesting(address source, uint256 amount, address userAddress, uint256 releaseStart, uint256 releaseEnd) external {
        require(msg.sender == timelockManager, "pool: not the timelock");
        require(userToTimelock[userAddress].remainingAmount == 0, "pool: still vesting");
        require(amount > 0 && releaseEnd > releaseStart, "pool: bad terms");
        Holder storage h = holders[userAddress];
        h.unstaked += amount;
        h.vesting += amount;
        userToTimelock[userAddress] = Grant(amount, amount, releaseStart, releaseEnd);
        require(api3Token.transferFrom(source, address(this), amount));
        emit DepositedVesting(userAddress, amount, releaseStart, releaseEnd, h.unstaked, h.vesting);
    }

    function updateTimelockStatus(address userAddress) external {
        Grant storage g = userToTimelock[userAddress];
        require(block.timestamp > g.releaseStart, "pool: release not begun");
        require(g.remainingAmount > 0, "pool: nothing vesting");
        uint256 released = g.totalAmount;
        if (block.timestamp < g.releaseEnd) released = (g.totalAmount * (block.timestamp - g.releaseStart)) / (g.releaseEnd - g.releaseStart);
        uint256 fresh = released - (g.totalAmount - g.remainingAmount);
        holders[userAddress].vesting -= fresh;
        g.remainingAmount -= fresh;
        emit VestedTimelock(userAddress, fresh, holders[userAddress].vesting);
    }

    function withdrawRegular(uint256 amount) public rewarded {
        pay(msg.sender, amount, userLocked(msg.sender));
    }

    function withdrawPrecalculated(uint256 amount) external rewarded {
        Tally storage t = userToLockedCalculation[msg.sender];
        require(t.initialIndEpoch == block.timestamp / EPOCH_LENGTH && t.nextIndEpoch < oldestLocked(), "pool: not calculated");
        pay(msg.sender, amount, t.locked);
    }

    function pay(address to, uint256 amount, uint256 locked) private {
        Holder storage h = holders[to];
        require(h.unstaked + userStake(to) >= locked + h.vesting + amount, "pool: locked or vesting");
        require(h.unstaked >= amount, "pool: not unstaked");
        h.unstaked -= amount;
        require(api3Token.transfer(to, amount));
        emit Withdrawn(to, amount, h.unstaked);
    }

    function precalculateUserLocked(address userAddress, uint256 noEpochsPerIteration) external rewarded returns (bool finished) {
        require(noEpochsPerIteration > 0, "pool: no epochs");
        Tally storage t = userToLockedCalculation[userAddress];
        uint256 current = block.timestamp / EPOCH_LENGTH;
        uint256 oldest = oldestLocked();
        if (t.initialIndEpoch != current) {
            t.initialIndEpoch = current;
            t.nextIndEpoch = current;
            t.locked = 0;
        }
        uint256 epoch = t.nextIndEpoch;
        for (uint256 done = 0; done < noEpochsPerIteration && epoch >= oldest; done++) {
            Reward storage r = epochIndexToReward[epoch];
            // In 256 bits, unlike userLocked().
            if (r.atBlock != 0) t.locked += (uint256(r.amount) * valueAt(holders[userAddress].shares, r.atBlock)) / r.totalSharesThen;
            epoch--;
        }
        t.nextIndEpoch = epoch;
        finished = epoch < oldest;
        if (finished) emit CalculatedUserLocked(userAddress, t.locked);
        else emit CalculatingUserLocked(userAddress, epoch, oldest);
    }

    // ---- staking ----
    function stake(uint256 amount) public rewarded {
        Holder storage h = holders[msg.sender];
        require(h.unstaked >= amount, "pool: not unstaked");
        h.unstaked -= amount;
        uint256 minted = (amount * totalShares()) / totalStake;
        note(h.shares, latest(h.shares) + minted);
        note(poolShares, totalShares() + minted);
        totalStake += amount;
        followDelegation(msg.sender, minted, true);
        emit Staked(msg.sender, amount, minted, h.unstaked, latest(h.shares), totalShares(), totalStake);
    }

    function depositAndStake(uint256 amount) external {
        depositRegular(amount);
        stake(amount);
    }

    function scheduleUnstake(uint256 amount) external rewarded {
        Holder storage h = holders[msg.sender];
        require(userStake(msg.sender) >= amount, "pool: not staked");
        require(h.unstakeScheduledFor == 0, "pool: one at a time");
        uint256 shares = (amount * totalShares()) / totalStake;
        require(shares > 0, "pool: no shares");
        h.unstakeAmount = amount;
        h.unstakeShares = shares;
        h.unstakeScheduledFor = block.timestamp + unstakeWaitPeriod;
        note(h.shares, latest(h.shares) - shares);
        followDelegation(msg.sender, shares, false);
        emit ScheduledUnstake(msg.sender, amount, shares, h.unstakeScheduledFor, latest(h.shares));
    }

    function unstake(address userAddress) public rewarded returns (uint256 amount) {
        Holder storage h = holders[userAddress];
        require(h.unstakeScheduledFor != 0, "pool: none scheduled");
        require(h.unstakeScheduledFor < block.timestamp, "pool: not yet");
        amount = (h.unstakeShares * totalStake) / totalShares();
        if (amount > h.unstakeAmount) amount = h.unstakeAmount;
        h.unstaked += amount;
        note(poolShares, totalShares() - h.unstakeShares);
        totalStake -= amount;
        h.unstakeAmount = 0;
        h.unstakeShares = 0;
        h.unstakeScheduledFor = 0;
        emit Unstaked(userAddress, amount, h.unstaked, totalShares(), totalStake);
    }

    function unstakeAndWithdraw() external {
        withdrawRegular(unstake(msg.sender));
    }

    // ---- claims ----
    function payOutClaim(address recipient, uint256 amount) external virtual rewarded {
        require(claimsManagerStatus[msg.sender], "pool: not a claims manager");
        require(totalStake > amount, "pool: more than staked");
        totalStake -= amount;
        require(api3Token.transfer(recipient, amount));
        emit PaidOutClaim(recipient, amount, totalStake);
    }

    // ---- delegation ----
    function followDelegation(address user, uint256 shares, bool more) private {
        address to = delegateOf(user);
        if (to == address(0)) return;
        emit UpdatedDelegation(user, to, more, shares, changeDelegatedTo(to, shares, more));
    }

    function changeDelegatedTo(address to, uint256 shares, bool more) private returns (uint256 total) {
        Point[] storage history = holders[to].delegatedTo;
        total = more ? latest(history) + shares : latest(history) - shares;
        note(history, total);
    }

    function setDelegate(address user, address to) private {
        holders[user].delegates.push(AddressPoint(uint32(block.number), to));
        holders[user].lastDelegationUpdateTimestamp = block.timestamp;
    }

    function delegateVotingPower(address delegate) external rewarded {
        Holder storage h = holders[msg.sender];
        address former = delegateOf(msg.sender);
        require(delegate != address(0) && delegate != msg.sender && delegate != former, "pool: no such delegate");
        require(delegateOf(delegate) == address(0), "pool: delegates itself");
        require(h.lastDelegationUpdateTimestamp + EPOCH_LENGTH < block.timestamp, "pool: too soon");
        uint256 shares = latest(h.shares);
        require(shares > 0, "pool: nothing to delegate");
        if (former != address(0)) changeDelegatedTo(former, shares, false);
        setDelegate(msg.sender, delegate);
        emit Delegated(msg.sender, delegate, shares, changeDelegatedTo(delegate, shares, true));
    }

    function undelegateVotingPower() external rewarded {
        Holder storage h = holders[msg.sender];
        address from = delegateOf(msg.sender);
        require(from != address(0), "pool: not delegating");
        require(h.lastDelegationUpdateTimestamp + EPOCH_LENGTH < block.timestamp, "pool: too soon");
        uint256 shares = latest(h.shares);
        setDelegate(msg.sender, address(0));
        emit Undelegated(msg.sender, from, shares, changeDelegatedTo(from, shares, false));
    }

    // ---- parameters ----
    function setDaoApps(address _agentAppPrimary, address _agentAppSecondary, address _votingAppPrimary, address _votingAppSecondary) external governed {
        agentAppPrimary = _agentAppPrimary;
        agentAppSecondary = _agentAppSecondary;
        votingAppPrimary = _votingAppPrimary;
        votingAppSecondary = _votingAppSecondary;
        emit SetDaoApps(_agentAppPrimary, _agentAppSecondary, _votingAppPrimary, _votingAppSecondary);
    }

    function setClaimsManagerStatus(address claimsManager, bool status) external governed {
        claimsManagerStatus[claimsManager] = status;
        emit SetClaimsManagerStatus(claimsManager, status);
    }

    function setStakeTarget(uint256 _stakeTarget) external governed {
        require(_stakeTarget <= ONE, "pool: limit");
        stakeTarget = _stakeTarget;
        emit SetStakeTarget(_stakeTarget);
    }

    function setMaxApr(uint256 _maxApr) external governed {
        require(_maxApr >= minApr, "pool: limit");
        maxApr = _maxApr;
        emit SetMaxApr(_maxApr);
    }

    function setMinApr(uint256 _minApr) external governed {
        require(_minApr <= maxApr, "pool: limit");
        minApr = _minApr;
        emit SetMinApr(_minApr);
    }

    function setUnstakeWaitPeriod(uint256 _unstakeWaitPeriod) external governed {
        require(_unstakeWaitPeriod >= EPOCH_LENGTH, "pool: limit");
        unstakeWaitPeriod = _unstakeWaitPeriod;
        emit SetUnstakeWaitPeriod(_unstakeWaitPeriod);
    }

    function setAprUpdateStep(uint256 _aprUpdateStep) external governed {
        aprUpdateStep = _aprUpdateStep;
        emit SetAprUpdateStep(_aprUpdateStep);
    }

    function setProposalVotingPowerThreshold(uint256 _proposalVotingPowerThreshold) external governed {
        require(_proposalVotingPowerThreshold >= ONE / 1000 && _proposalVotingPowerThreshold <= ONE / 10, "pool: limit");
        proposalVotingPowerThreshold = _proposalVotingPowerThreshold;
        emit SetProposalVotingPowerThreshold(_proposalVotingPowerThreshold);
    }

    function updateLastProposalTimestamp(address userAddress) external {
        require(msg.sender == votingAppPrimary || msg.sender == votingAppSecondary, "pool: not a voting app");
        holders[userAddress].lastProposalTimestamp = block.timestamp;
        emit UpdatedLastProposalTimestamp(userAddress, block.timestamp, msg.sender);
    }

    // ---- views ----
    function isGenesisEpoch() external view returns (bool) {
        return block.timestamp / EPOCH_LENGTH == genesisEpoch;
    }

    function totalShares() public view returns (uint256) {
        return latest(poolShares);
    }

    function totalSharesAt(uint256 _block) external view returns (uint256) {
        return valueAt(poolShares, _block);
    }

    function userShares(address userAddress) external view returns (uint256) {
        return latest(holders[userAddress].shares);
    }

    function userSharesAt(address userAddress, uint256 _block) external view returns (uint256) {
        return valueAt(holders[userAddress].shares, _block);
    }

    function userStake(address userAddress) public view returns (uint256) {
        return (latest(holders[userAddress].shares) * totalStake) / totalShares();
    }

    function userVotingPower(address userAddress) external view returns (uint256) {
        Holder storage h = holders[userAddress];
        return delegateOf(userAddress) == address(0) ? latest(h.shares) + latest(h.delegatedTo) : 0;
    }

    function userDelegate(address userAddress) external view returns (address) {
        return delegateOf(userAddress);
    }

    function delegatedToUser(address userAddress) external view returns (uint256) {
        return latest(holders[userAddress].delegatedTo);
    }

    function oldestLocked() private view returns (uint256) {
        uint256 oldest = block.timestamp / EPOCH_LENGTH - (REWARD_VESTING_PERIOD - 1);
        return oldest < genesisEpoch + 1 ? genesisEpoch + 1 : oldest;
    }

    function userLocked(address userAddress) public view returns (uint256 locked) {
        Point[] storage history = holders[userAddress].shares;
        uint256 oldest = oldestLocked();
        for (uint256 epoch = block.timestamp / EPOCH_LENGTH; epoch >= oldest; epoch--) {
            Reward storage r = epochIndexToReward[epoch];
            // In 224 bits: a product beyond them reverts.
            if (r.atBlock != 0) locked += uint256(r.amount * valueAt(history, r.atBlock)) / r.totalSharesThen;
        }
    }

    function getUser(address userAddress) external view returns (uint256 unstaked, uint256 vesting, uint256 unstakeAmount, uint256 unstakeShares,
        uint256 unstakeScheduledFor, uint256 lastDelegationUpdateTimestamp, uint256 lastProposalTimestamp) {
        return users(userAddress);
    }

    function users(address userAddress) public view returns (uint256 unstaked, uint256 vesting, uint256 unstakeAmount, uint256 unstakeShares,
        uint256 unstakeScheduledFor, uint256 lastDelegationUpdateTimestamp, uint256 lastProposalTimestamp) {
        Holder storage h = holders[userAddress];
        return (h.unstaked, h.vesting, h.unstakeAmount, h.unstakeShares, h.unstakeScheduledFor, h.lastDelegationUpdateTimestamp, h.lastProposalTimestamp);
    }
}
