// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./BridgeTypes.sol";

// Contracts of a coverage book for tests that follow the rules and events of Bridge Mutual V1, as docs/protocols/bridge-mutual.md
// restates them: the book holds the coin itself, and a claim is paid at its result. BridgeRegistry is the same as in V2.

interface IV1Coin is ICoin { function balanceOf(address who) external view returns (uint256); }

interface IV1Book {
    function whitelist(bool yes) external;
    function commitClaim(address claimer, uint256 amount, uint256 endTime, uint256 status) external;
    function contractType() external view returns (uint256);
}

interface IV1Claims {
    function canBuyNewPolicy(address buyer, address book) external view returns (bool);
    function submitClaim(address claimer, address book, uint256 cover, bool appeal) external;
    function claimIndex(address claimer, address book) external view returns (uint256);
    function claimEndTime(uint256 index) external view returns (uint256);
}

contract BridgeV1Quote {
    function getQuotePredefined(uint256 duration, uint256 tokens, uint256 cover, uint256 liquidity, bool safe) external pure returns (uint256) {
        require(duration > 0 && duration <= YEAR && tokens > 0 && cover + tokens <= liquidity, "quote: out of range");
        uint256 u = (cover + tokens) * PERCENTAGE_100 / liquidity;
        (uint256 top, uint256 full) = safe ? (10 * PERCENT, 50 * PERCENT) : (25 * PERCENT, 100 * PERCENT);
        uint256 year = u < 80 * PERCENT ? u * top / (80 * PERCENT) : top + (PERCENT * (u - 80 * PERCENT) / (20 * PERCENT)) * (full - top) / PERCENT;
        return max(tokens * (duration * max(year, 2 * PERCENT) / YEAR) / PERCENTAGE_100, 10 ether);
    }
}

contract BridgeV1Admin {
    event PolicyBookWhitelisted(address policyBookAddress, bool trigger);
    address public immutable owner = msg.sender;
    function whitelist(IV1Book book, bool yes) external {
        require(msg.sender == owner);
        book.whitelist(yes);
        emit PolicyBookWhitelisted(address(book), yes);
    }
}

// Claims and the votes on them. Whoever owns it says how each voter voted, and with what power. `mischief`: 4 more than the
// cover is granted, 5 claims of expired policies are taken, 6 results come before the votes are over.
contract BridgeV1Claims is IV1Claims {
    event AppealPending(address claimer, address policyBookAddress, uint256 claimIndex);
    event ClaimPending(address claimer, address policyBookAddress, uint256 claimIndex);
    event ClaimAccepted(address claimer, address policyBookAddress, uint256 claimAmount, uint256 claimIndex);
    event ClaimRejected(address claimer, address policyBookAddress, uint256 claimIndex);
    event AppealRejected(address claimer, address policyBookAddress, uint256 claimIndex);

    // CAN_CLAIM 0, PENDING 2, AWAITING_CALCULATION 3, REJECTED_CAN_APPEAL 4, REJECTED 5, ACCEPTED 6
    struct Claim { address claimer; address book; uint256 submitted; uint256 ended; bool appeal; uint256 status; uint256 amount; uint256 average; uint256 yes; uint256 no; }

    IRegistry public immutable registry;
    address public immutable owner = msg.sender;
    Claim[] public claims;
    mapping(address => mapping(address => uint256)) public indexOf;
    uint256 public mischief;

    constructor(IRegistry registry_) { registry = registry_; claims.push(); }

    function misbehave(uint256 kind) external { require(msg.sender == owner); mischief = kind; }
    function claimIndex(address claimer, address book) external view returns (uint256) { return indexOf[book][claimer]; }
    function claimEndTime(uint256 index) external view returns (uint256) { return claims[index].ended; }
    function count() external view returns (uint256) { return claims.length - 1; }

    function votingDuration(uint256 index) public view returns (uint256) {
        return (IV1Book(claims[index].book).contractType() == 3 ? 90 days : 7 days) + 7 days;
    }
    function claimStatus(uint256 index) public view returns (uint256) {
        require(index > 0 && index < claims.length, "claims: none");
        Claim storage c = claims[index];
        if (c.status == 4 && c.ended + WEEK <= block.timestamp) return 5;
        if (c.status == 2 && c.submitted + votingDuration(index) <= block.timestamp) return 3;
        return c.status;
    }

    function canBuyNewPolicy(address buyer, address book) external view returns (bool) {
        uint256 i = indexOf[book][buyer];
        return i == 0 || (claims[i].status != 2 && claimStatus(i) != 4);
    }

    function submitClaim(address claimer, address book, uint256 cover, bool appeal) external {
        require(msg.sender == book && cover > 0, "claims: no cover");
        uint256 old = indexOf[book][claimer];
        uint256 s = old == 0 ? 0 : claimStatus(old);
        bool active = registry.isPolicyActive(claimer, book) || mischief == 5;
        bool isNew = s == 0 || s == 5 || (s == 6 && registry.policyStartTime(claimer, book) > claims[old].submitted);
        require(appeal ? s == 4 : active && isNew, "claims: cannot be submitted");
        if (appeal) claims[old].status = 5;
        indexOf[book][claimer] = claims.length;
        if (appeal) emit AppealPending(claimer, book, claims.length);
        else emit ClaimPending(claimer, book, claims.length);
        claims.push(Claim(claimer, book, block.timestamp, 0, appeal, 2, cover, 0, 0, 0));
    }

    function vote(uint256 index, uint256 amount, uint256 power) external {
        Claim storage c = claims[index];
        require(msg.sender == owner && c.status == 2 && (amount <= c.amount || mischief == 4), "claims: no vote");
        if (amount == 0) { c.no += power; return; }
        c.average = (c.average * c.yes + amount * power) / (c.yes + power);
        c.yes += power;
    }

    function calculate(uint256 index) external {
        Claim storage c = claims[index];
        require(claimStatus(index) == 3 || (mischief == 6 && c.status == 2), "claims: not awaiting");
        uint256 power = c.yes + c.no;
        if (power > 0 && c.yes * PERCENTAGE_100 / power >= 66 * PERCENT) {
            c.status = 6;
            emit ClaimAccepted(c.claimer, c.book, c.amount, index);
        } else if (!c.appeal) {
            c.status = 4;
            emit ClaimRejected(c.claimer, c.book, index);
        } else {
            c.status = 5;
            delete indexOf[c.book][c.claimer];
            emit AppealRejected(c.claimer, c.book, index);
        }
        c.ended = block.timestamp;
        IV1Book(c.book).commitClaim(c.claimer, c.average, block.timestamp, c.status);
    }
}

// `mischief`: 1 a price one wei too high, 2 policies of more than 52 weeks, 3 a second active cover, 5 a claim takes no cover
// out of its epoch, 7 less than 20 % for the reinsurance pool, 8 a claim is paid twice, 9 withdrawals before their time.
contract BridgeV1Book is IV1Book {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event LiquidityAdded(address holder, uint256 amount, uint256 newTotalLiquidity);
    event WithdrawalRequested(address holder, uint256 xTokens, uint256 readyToWithdrawDate);
    event LiquidityWithdrawn(address holder, uint256 amount, uint256 newTotalLiquidity);
    event PolicyBought(address holder, uint256 coverTokens, uint256 price, uint256 newTotalCoverTokens);
    event CoverageChanged(uint256 newTotalCoverTokens);

    struct Withdrawal { uint256 withdrawalAmount; uint256 readyToWithdrawDate; bool withdrawalAllowed; }
    struct Holder { uint256 coverTokens; uint256 startEpochNumber; uint256 endEpochNumber; uint256 paid; }

    uint8 public constant decimals = 18;
    uint256 constant VIRTUAL = 2;

    uint256 public immutable contractType;
    bool public whitelisted;
    uint256 public epochStartTime = block.timestamp;
    uint256 public lastDistributionEpoch = 1;
    uint256 public lastPremiumDistributionEpoch = block.timestamp / 1 days;
    int256 public lastPremiumDistributionAmount;
    uint256 public totalLiquidity;
    uint256 public totalCoverTokens;
    uint256 public immutable stblDecimals;
    mapping(address => Withdrawal) public withdrawalsInfo;
    mapping(address => Holder) public policyHolders;
    mapping(uint256 => uint256) public epochAmounts;
    mapping(uint256 => int256) public premiumDistributionDeltas;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;

    IV1Coin public immutable coin;
    IRegistry public immutable registry;
    IV1Claims public immutable claims;
    BridgeV1Quote public immutable quote;
    address public immutable reinsurance;
    address public immutable admin;
    address public immutable owner = msg.sender;
    uint256 public mischief;

    constructor(IV1Coin coin_, IRegistry registry_, IV1Claims claims_, BridgeV1Quote quote_, address reinsurance_, address admin_, uint256 type_) {
        (coin, registry, claims, quote, reinsurance, admin, contractType) = (coin_, registry_, claims_, quote_, reinsurance_, admin_, type_);
        stblDecimals = coin_.decimals();
    }

    function misbehave(uint256 kind) external { require(msg.sender == owner); mischief = kind; }
    function drain(uint256 amount) external { require(msg.sender == owner); coin.transfer(owner, amount); }
    function whitelist(bool yes) external { require(msg.sender == admin); whitelisted = yes; }
    modifier withPremiums() { distributePremiums(); _; }

    // ---- x-tokens

    function move(address from, address to, uint256 value) private {
        if (from == address(0)) totalSupply += value; else balanceOf[from] -= value;
        if (to == address(0)) totalSupply -= value; else balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
    function transfer(address to, uint256 value) external returns (bool) { move(msg.sender, to, value); return true; }

    function rate() private view returns (uint256) {
        (, uint256 liquidity) = getNewCoverAndLiquidity();
        return totalSupply == 0 ? PERCENTAGE_100 : liquidity * PERCENTAGE_100 / totalSupply;
    }
    function convertBMIXToSTBL(uint256 amount) public view returns (uint256) { return amount * rate() / PERCENTAGE_100; }
    function convertSTBLToBMIX(uint256 amount) public view returns (uint256) { return amount * PERCENTAGE_100 / rate(); }

    // ---- the two clocks

    function getEpoch(uint256 time) public view returns (uint256) { return (time - epochStartTime) / WEEK + 1; }

    function flow(uint256 last, uint256 today) private view returns (int256 daily, uint256 day, uint256 liquidity) {
        (daily, liquidity, day) = (lastPremiumDistributionAmount, totalLiquidity, min(today, last + 91));
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
        (cover, liquidity) = (totalCoverTokens, totalLiquidity);
        uint256 today = block.timestamp / 1 days;
        if (today > lastPremiumDistributionEpoch) (, , liquidity) = flow(lastPremiumDistributionEpoch, today);
        uint256 to = min(getEpoch(block.timestamp), MAXIMUM_EPOCHS);
        for (uint256 i = lastDistributionEpoch; i < to; i++) cover -= epochAmounts[i];
    }

    function updateEpochsInfo() public {
        uint256 to = min(getEpoch(block.timestamp), lastDistributionEpoch + MAXIMUM_EPOCHS);
        if (lastDistributionEpoch >= to) return;
        uint256 cover = totalCoverTokens;
        for (uint256 i = lastDistributionEpoch; i < to; i++) {
            cover -= epochAmounts[i];
            delete epochAmounts[i];
        }
        (lastDistributionEpoch, totalCoverTokens) = (to, cover);
        emit CoverageChanged(cover);
    }

    // ---- liquidity

    function addLiquidity(uint256 amount) external withPremiums {
        uint256 cut = from18(amount, stblDecimals);
        require(cut > 0, "book: no liquidity");
        updateEpochsInfo();
        coin.transferFrom(msg.sender, address(this), cut);
        move(address(0), msg.sender, convertSTBLToBMIX(amount));
        totalLiquidity += amount;
        emit LiquidityAdded(msg.sender, amount, totalLiquidity);
    }

    function getWithdrawalStatus(address user) public view returns (uint256) {
        Withdrawal storage w = withdrawalsInfo[user];
        if (w.readyToWithdrawDate == 0) return 0;
        if (block.timestamp < w.readyToWithdrawDate) return mischief == 9 ? 2 : 1;
        return block.timestamp >= w.readyToWithdrawDate + 2 days && !w.withdrawalAllowed ? 3 : 2;
    }

    function requestWithdrawal(uint256 amount) external withPremiums {
        require(amount > 0, "book: nothing");
        uint256 worth = convertBMIXToSTBL(amount);
        uint256 locked = withdrawalsInfo[msg.sender].withdrawalAmount;
        require(convertBMIXToSTBL(balanceOf[msg.sender] + locked) >= worth, "book: not that much");
        updateEpochsInfo();
        require(totalLiquidity >= totalCoverTokens + worth, "book: not enough free");
        if (locked > amount) move(address(this), msg.sender, locked - amount);
        else if (locked < amount) move(msg.sender, address(this), amount - locked);
        withdrawalsInfo[msg.sender] = Withdrawal(amount, block.timestamp + 8 days, false);
        emit WithdrawalRequested(msg.sender, amount, block.timestamp + 8 days);
    }

    function unlockTokens() external {
        uint256 locked = withdrawalsInfo[msg.sender].withdrawalAmount;
        require(locked > 0, "book: nothing locked");
        move(address(this), msg.sender, locked);
        delete withdrawalsInfo[msg.sender];
    }

    function withdrawLiquidity() external withPremiums {
        require(getWithdrawalStatus(msg.sender) == 2, "book: not ready");
        updateEpochsInfo();
        Withdrawal storage w = withdrawalsInfo[msg.sender];
        uint256 x = min(w.withdrawalAmount, convertSTBLToBMIX(totalLiquidity - totalCoverTokens));
        uint256 worth = convertBMIXToSTBL(x);
        coin.transfer(msg.sender, from18(worth, stblDecimals));
        move(address(this), address(0), x);
        if (w.withdrawalAmount == x) delete withdrawalsInfo[msg.sender];
        else (w.withdrawalAllowed, w.withdrawalAmount) = (true, w.withdrawalAmount - x);
        totalLiquidity -= worth;
        emit LiquidityWithdrawn(msg.sender, worth, totalLiquidity);
    }

    // ---- policies

    function getPolicyPrice(uint256 epochs, uint256 cover) public view returns (uint256 length, uint256 price) {
        require(cover >= 100 ether, "book: cover");
        require(epochs > 0 && (epochs <= MAXIMUM_EPOCHS || mischief == 2), "book: epochs");
        (uint256 sold, uint256 liquidity) = getNewCoverAndLiquidity();
        length = getEpoch(block.timestamp) * WEEK - (block.timestamp - epochStartTime) + (epochs - 1) * WEEK;
        price = quote.getQuotePredefined(mischief == 2 ? min(length, YEAR) : length, cover, sold, liquidity, whitelisted) + (mischief == 1 ? 1 : 0);
    }

    function buyPolicy(uint256 epochs, uint256 cover) external withPremiums {
        require(mischief == 3 || !registry.isPolicyActive(msg.sender, address(this)), "book: has cover");
        require(mischief == 3 || claims.canBuyNewPolicy(msg.sender, address(this)), "book: a claim is pending");
        updateEpochsInfo();
        uint256 sold = totalCoverTokens + cover;
        require(totalLiquidity >= sold, "book: not enough liquidity");
        (uint256 length, uint256 price) = getPolicyPrice(epochs, cover);
        uint256 part = price * (20 * PERCENT) / PERCENTAGE_100;
        uint256 epoch = getEpoch(block.timestamp);
        policyHolders[msg.sender] = Holder(cover, epoch, epoch + epochs - 1, price);
        epochAmounts[epoch + epochs - 1 + VIRTUAL] += cover;
        totalCoverTokens = sold;
        coin.transferFrom(msg.sender, reinsurance, from18(mischief == 7 ? part / 2 : part, stblDecimals));
        coin.transferFrom(msg.sender, address(this), from18(price - part, stblDecimals));
        spread(length + VIRTUAL * WEEK, price - part);
        emit PolicyBought(msg.sender, cover, price, sold);
        registry.addPolicy(msg.sender, cover, price, length);
    }

    function spread(uint256 length, uint256 premium) private {
        uint256 count = max((length + 1) / 1 days, 1);
        uint256 next = block.timestamp / 1 days + 1;
        unchecked {
            premiumDistributionDeltas[next] += int256(premium / count);
            premiumDistributionDeltas[next + count] -= int256(premium / count);
        }
    }

    // ---- claims

    function submitClaimAndInitializeVoting(string calldata) external { submit(false); }
    function submitAppealAndInitializeVoting(string calldata) external { submit(true); }

    function submit(bool appeal) private {
        uint256 cover = policyHolders[msg.sender].coverTokens;
        uint256 epoch = policyHolders[msg.sender].endEpochNumber + VIRTUAL;
        if (appeal) epoch = max(getEpoch(claims.claimEndTime(claims.claimIndex(msg.sender, address(this)))) + 1, epoch);
        if (mischief != 5) epochAmounts[epoch] -= cover;
        claims.submitClaim(msg.sender, address(this), cover, appeal);
    }

    function commitClaim(address claimer, uint256 amount, uint256 endTime, uint256 status) external withPremiums {
        require(msg.sender == address(claims), "book: not the claims");
        updateEpochsInfo();
        uint256 epoch = policyHolders[claimer].endEpochNumber + VIRTUAL;
        if (status == 6) {
            totalCoverTokens -= amount;
            totalLiquidity -= amount;
            coin.transfer(claimer, from18(amount, stblDecimals));
            if (mischief == 8) coin.transfer(claimer, from18(amount, stblDecimals));
            emit CoverageChanged(totalCoverTokens);
            delete policyHolders[claimer];
            registry.removePolicy(claimer);
        } else if (status == 4) {
            epochAmounts[max(getEpoch(endTime) + 1, epoch)] += policyHolders[claimer].coverTokens;
        } else if (lastDistributionEpoch <= epoch) {
            epochAmounts[epoch] += policyHolders[claimer].coverTokens;
        } else {
            totalCoverTokens -= amount;
            emit CoverageChanged(totalCoverTokens);
        }
    }
}
