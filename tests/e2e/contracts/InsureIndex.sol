// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {InsureParameters} from "InsureOffice.sol";
import {InsureMarket} from "InsureMarket.sol";
import {InsureShares} from "InsureShares.sol";
import {InsureVault} from "InsureVault.sol";

// The last resort: shares (the crowd's part) and a fund beside them (the surplus), for tests.
contract InsureReserve is InsureShares {
    event Fund(address indexed depositor, uint256 amount, uint256 attribution);
    event Defund(address indexed depositor, uint256 amount, uint256 attribution);
    event Compensated(address indexed index, uint256 amount);

    uint256 public surplusPool;
    uint256 public crowdPool;

    constructor(InsureVault v, InsureParameters p) InsureShares(v, p) {}

    function totalLiquidity() external view returns (uint256) { return vault.underlyingValue(address(this)); }
    function rate() external view returns (uint256) {
        return totalSupply == 0 ? 0 : vault.attributionValue(crowdPool) * ONE / totalSupply;
    }
    function valueOfUnderlying(address who) external view returns (uint256) {
        return balanceOf[who] == 0 && totalSupply == 0 ? 0 : balanceOf[who] * vault.attributionValue(crowdPool) / totalSupply;
    }

    function deposit(uint256 amount) external returns (uint256 n) {
        require(!paused && amount != 0, "reserve: no deposits");
        n = minted(amount, vault.attributionValue(crowdPool));
        crowdPool += vault.addValue(amount, msg.sender, address(this));
        emit Deposit(msg.sender, amount, n);
        mint(msg.sender, n);
    }

    function fund(uint256 amount) external {
        require(!paused, "reserve: paused");
        uint256 n = vault.addValue(amount, msg.sender, address(this));
        surplusPool += n;
        emit Fund(msg.sender, amount, n);
    }

    function defund(address to, uint256 amount) external owned {
        require(!paused, "reserve: paused");
        uint256 n = vault.withdrawValue(amount, to);
        surplusPool -= n;
        emit Defund(to, amount, n);
    }

    function withdraw(uint256 amount) external returns (uint256 out) {
        require(!paused, "reserve: paused");
        checkRequest(amount);
        out = vault.attributionValue(crowdPool) * amount / totalSupply;
        redeemShares(amount);
        crowdPool -= vault.withdrawValue(out, msg.sender);
        emit Withdraw(msg.sender, amount, out);
    }

    function compensate(uint256 amount) external returns (uint256 paid) {
        require(registry.isListed(msg.sender), "reserve: no pool");
        uint256 have = vault.underlyingValue(address(this));
        paid = have < amount ? have : amount;
        uint256 lost = vault.transferValue(paid, msg.sender);
        emit Compensated(msg.sender, paid);
        uint256 part = crowdPool * lost / (crowdPool + surplusPool);
        crowdPool -= part;
        surplusPool -= lost - part;
    }
}

// Lends its liquidity to several markets at once, for tests.
contract InsureIndex is InsureShares {
    event Compensated(address indexed index, uint256 amount);
    event Resumed();
    event Locked();
    event LeverageSet(uint256 target);
    event newAllocation(address market, uint256 allocPoints);

    struct Plan { InsureMarket market; uint256 current; uint256 free; uint256 points; uint256 wanting; }

    bool public locked;
    uint256 public totalAllocatedCredit;
    uint256 public totalAllocPoint;
    uint256 public targetLev;
    mapping(address => uint256) public allocPoints;
    address[] public marketList;

    constructor(InsureVault v, InsureParameters p) InsureShares(v, p) {}

    // ---- figures ----

    function accruedPremiums() public view returns (uint256 sum) {
        for (uint256 i = 0; i < marketList.length; i++)
            if (allocPoints[marketList[i]] != 0) sum += InsureMarket(marketList[i]).pendingPremium(address(this));
    }
    function totalLiquidity() public view returns (uint256) {
        return vault.underlyingValue(address(this)) + accruedPremiums();
    }
    function leverage() external view returns (uint256) {
        uint256 l = totalLiquidity();
        return l == 0 ? 0 : totalAllocatedCredit * ONE / l;
    }
    function rate() external view returns (uint256) {
        return totalSupply == 0 ? 0 : totalLiquidity() * ONE / totalSupply;
    }
    function valueOfUnderlying(address who) external view returns (uint256) {
        return balanceOf[who] == 0 || totalSupply == 0 ? 0 : balanceOf[who] * totalLiquidity() / totalSupply;
    }
    function withdrawable() public view returns (uint256) {
        uint256 l = totalLiquidity();
        if (l == 0) return 0;
        uint256 sum;
        uint256 most;
        for (uint256 i = 0; i < marketList.length; i++) {
            (uint256 credit, uint256 free) = InsureMarket(marketList[i]).pairValues(address(this));
            if (credit <= free) continue;
            sum += credit - free;
            if (credit - free > most) most = credit - free;
        }
        if (sum == 0) return l;
        uint256 needed = sum * ONE / targetLev;
        if (most > needed) needed = most;
        return needed < l ? l - needed : 0;
    }

    // ---- shares ----

    function deposit(uint256 amount) external returns (uint256 n) {
        require(!locked && !paused && amount != 0, "index: no deposits");
        uint256 l = totalLiquidity();
        n = minted(amount, l);
        vault.addValue(amount, msg.sender, address(this));
        emit Deposit(msg.sender, amount, n);
        mint(msg.sender, n);
        if (targetLev - parameters.getLowerSlack(address(this)) > totalAllocatedCredit * ONE / (l + amount)) adjust(l + amount);
    }

    function withdraw(uint256 amount) external returns (uint256 out) {
        require(!locked, "index: locked");
        checkRequest(amount);
        uint256 l = totalLiquidity();
        out = l * amount / totalSupply;
        require(out <= withdrawable(), "index: lent");
        redeemShares(amount);
        if (l == out) adjust(0);
        else if (targetLev + parameters.getUpperSlack(address(this)) < totalAllocatedCredit * ONE / (l - out)) adjust(l - out);
        vault.withdrawValue(out, msg.sender);
        emit Withdraw(msg.sender, amount, out);
    }

    // ---- lending ----

    function adjustAlloc() external { adjust(totalLiquidity()); }

    // Brings the credits of all markets near targetLev * liquidity, divided by points.
    function adjust(uint256 liquidity) private {
        Plan[] memory plans = new Plan[](marketList.length);
        uint256 target = targetLev * liquidity / ONE;
        uint256 points = totalAllocPoint;
        uint256 all = totalAllocatedCredit;
        uint256 freeable;
        uint256 frozen;
        for (uint256 i = 0; i < plans.length; i++) {
            Plan memory p = plans[i];
            uint256 room;
            p.market = InsureMarket(marketList[i]);
            p.points = allocPoints[marketList[i]];
            (p.current, room) = p.market.pairValues(address(this));
            p.free = room > p.current ? p.current : room;
            bool paying = p.market.marketStatus() == 1;
            if (paying || p.points == 0 || p.market.paused()) {
                if (!paying) {
                    p.market.withdrawCredit(p.free);
                    all -= p.free;
                    p.current -= p.free;
                }
                points -= p.points;
                p.points = 0;
                p.free = 0;
                frozen += p.current;
            }
            freeable += p.free;
        }
        target = target <= frozen ? 0 : target - frozen;
        uint256 fixedCredit = all - freeable - frozen;
        if (fixedCredit >= target) {
            for (uint256 i = 0; i < plans.length; i++)
                if (plans[i].free > 0) plans[i].market.withdrawCredit(plans[i].free);
            totalAllocatedCredit = all - freeable;
            return;
        }
        totalAllocatedCredit = share(plans, target, target - fixedCredit, points, all);
    }

    function share(Plan[] memory plans, uint256 target, uint256 spare, uint256 points, uint256 all) private returns (uint256) {
        uint256 wanting;
        for (uint256 i = 0; i < plans.length; i++) {
            Plan memory p = plans[i];
            if (p.points == 0) continue;
            uint256 goal = target * p.points / points;
            uint256 stuck = p.current - p.free;
            if (stuck > goal) {
                p.market.withdrawCredit(p.free);
                all -= p.free;
            } else {
                p.wanting = goal - stuck;
                wanting += p.wanting;
            }
        }
        for (uint256 i = 0; i < plans.length; i++) {
            Plan memory p = plans[i];
            if (p.wanting == 0) continue;
            uint256 part = spare * p.wanting / wanting;
            if (part >= p.free) {
                p.market.allocateCredit(part - p.free);
                all += part - p.free;
            } else {
                p.market.withdrawCredit(p.free - part);
                all -= p.free - part;
            }
        }
        return all;
    }

    // ---- incident ----

    function lock() external {
        require(allocPoints[msg.sender] != 0, "index: not lent to");
        locked = true;
        emit Locked();
    }

    function compensate(uint256 amount) external returns (uint256 paid) {
        require(allocPoints[msg.sender] != 0, "index: not lent to");
        uint256 have = vault.underlyingValue(address(this));
        paid = amount;
        if (have < amount) {
            InsureReserve(registry.getReserveOfAll()).compensate(amount - have);
            paid = vault.underlyingValue(address(this));
        }
        vault.offsetDebt(paid, msg.sender);
        emit Compensated(msg.sender, paid);
    }

    function resume() external {
        require(locked, "index: not locked");
        for (uint256 i = 0; i < marketList.length; i++)
            require(InsureMarket(marketList[i]).marketStatus() == 0, "index: a market pays out");
        adjust(totalLiquidity());
        locked = false;
        emit Resumed();
    }

    // ---- the owner's ----

    function setLeverage(uint256 target) external owned {
        require(target >= ONE, "index: below one");
        targetLev = target;
        adjust(totalLiquidity());
        emit LeverageSet(target);
    }

    function setPoints(address market, uint256 points) private {
        totalAllocPoint = totalAllocPoint - allocPoints[market] + points;
        allocPoints[market] = points;
    }

    function append(address market, uint256 points) private {
        require(registry.isListed(market), "index: no pool");
        InsureMarket(market).registerIndex();
        marketList.push(market);
        setPoints(market, points);
        emit newAllocation(market, points);
    }

    function remove(uint256 slot) private {
        address market = marketList[slot];
        setPoints(market, 0);
        adjust(totalLiquidity());
        InsureMarket(market).unregisterIndex();
        marketList[slot] = marketList[marketList.length - 1];
        marketList.pop();
        emit newAllocation(market, 0);
    }

    function set(uint256 slot, address market, uint256 points) external owned {
        if (slot == marketList.length) append(market, points);
        else if (marketList[slot] == market) {
            setPoints(market, points);
            emit newAllocation(market, points);
        } else {
            remove(slot);
            if (market != address(0)) append(market, points);
        }
        adjust(totalLiquidity());
    }
}
