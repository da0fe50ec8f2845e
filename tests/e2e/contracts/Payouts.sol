// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// What follows a premium, written once more for the EVM to judge the program's arithmetic: how premiums and fees are
// divided, what shares are worth, what is paid and who bears it. Whole lists are answered in one call; a point that
// reverts says so and stops no other.
abstract contract PayoutJudge {
    struct Answer { bool answered; uint256[] numbers; }

    function one(uint256 formula, uint256[] calldata p) external pure virtual returns (uint256[] memory);

    function all(uint256 formula, uint256[][] calldata points) external view returns (Answer[] memory answers) {
        answers = new Answer[](points.length);
        for (uint256 i; i < points.length; i++)
            try this.one(formula, points[i]) returns (uint256[] memory numbers) { answers[i] = Answer(true, numbers); } catch {}
    }

    function of1(uint256 a) internal pure returns (uint256[] memory r) { r = new uint256[](1); r[0] = a; }
    function of2(uint256 a, uint256 b) internal pure returns (uint256[] memory r) { r = new uint256[](2); (r[0], r[1]) = (a, b); }
    function of3(uint256 a, uint256 b, uint256 c) internal pure returns (uint256[] memory r) { r = new uint256[](3); (r[0], r[1], r[2]) = (a, b, c); }
    function least(uint256 a, uint256 b) internal pure returns (uint256) { return a <= b ? a : b; }
}

contract BridgePayouts is PayoutJudge {
    uint256 constant ONE = 1e27;

    function one(uint256 formula, uint256[] calldata p) external pure override returns (uint256[] memory) {
        if (formula == 0) return of1((p[2] * ONE) / price(p[0], p[1]));
        if (formula == 1) return of1((p[2] * price(p[0], p[1])) / ONE);
        if (formula == 2) return withdrawn(p);
        if (formula == 3) return of1(p[0] + p[1] + p[2]);
        if (formula == 4) return split(p[0], p[1], p[2]);
        if (formula == 5) {
            uint256 each = (p[0] * 1e25) / (p[1] + p[2] + p[3]);
            return of2((each * p[1]) / 1e25, (each * p[2]) / 1e25);
        }
        if (formula == 6) return of1(multiplier(p));
        if (formula == 7) return of1((p[0] * ((p[1] * ONE) / (p[1] + p[2]))) / ONE);
        if (formula == 8) return of1(inside(outside(p[0], p[2]) - outside(p[1], p[2]), p[2]));
        if (formula == 9) return votes(p);
        if (formula == 10) {
            uint256 count = (p[1] + p[2] * 7 days + 1) / 1 days;
            if (count == 0) count = 1;
            return of3(p[0] / count, p[3] + 1, p[3] + 1 + count);
        }
        if (formula == 11) return flow(p);
        if (formula == 12) return ended(p);
        if (formula == 14) {
            uint256 fifth = (p[0] * 20e25) / ONE;
            uint256[] memory r = new uint256[](4);
            (r[0], r[1], r[2], r[3]) = (fifth, p[0] - fifth, outside(fifth, p[1]), outside(p[0] - fifth, p[1]));
            return r;
        }
        uint256 epoch = (p[1] - p[0]) / 7 days + 1;
        return of1(epoch * 7 days - (p[1] - p[0]) + (p[2] - 1) * 7 days);
    }

    function price(uint256 liquidity, uint256 supply) private pure returns (uint256) {
        return supply == 0 ? ONE : (liquidity * ONE) / supply;
    }

    // 18 decimals to the coin's, and back.
    function outside(uint256 amount, uint256 decimals) private pure returns (uint256) {
        return decimals > 18 ? amount * 10 ** (decimals - 18) : amount / 10 ** (18 - decimals);
    }
    function inside(uint256 amount, uint256 decimals) private pure returns (uint256) {
        return decimals > 18 ? amount / 10 ** (decimals - 18) : amount * 10 ** (18 - decimals);
    }

    // liquidity, supply, cover, asked, decimals, whether it is limited, to what
    function withdrawn(uint256[] calldata p) private pure returns (uint256[] memory) {
        uint256 rate = price(p[0], p[1]);
        uint256 x = least(p[3], ((p[0] - p[2]) * ONE) / rate);
        uint256 worth = (x * rate) / ONE;
        uint256 wanted = outside(worth, p[4]);
        uint256 paid = p[5] == 0 ? wanted : least(wanted, p[6]);
        if (paid != wanted) {
            worth = inside(paid, p[4]);
            x = (worth * ONE) / rate;
        }
        return of2(x, worth);
    }

    function split(uint256 whole, uint256 fee, uint256 decimals) private pure returns (uint256[] memory r) {
        r = new uint256[](7);
        r[0] = (whole * fee) / ONE;
        r[1] = (whole * 20e25) / ONE - r[0];
        r[2] = whole - r[0];
        r[3] = outside(r[0], decimals);
        r[4] = outside(r[1], decimals);
        r[5] = outside(r[2], decimals);
        r[6] = r[5] - r[4];
    }

    // target, d, a, max, utilization
    function multiplier(uint256[] calldata p) private pure returns (uint256) {
        uint256 away = p[0] > p[4] ? p[0] - p[4] : p[4] - p[0];
        return away == 0 ? 0 : least((((p[1] * ONE) / away) * ONE) / p[2], p[3]);
    }

    function votes(uint256[] calldata p) private pure returns (uint256[] memory) {
        uint256 average;
        uint256 yes;
        uint256 no;
        for (uint256 i; i + 1 < p.length; i += 2) {
            if (p[i] == 0) { no += p[i + 1]; continue; }
            uint256 power = yes + p[i + 1];
            average = (average * yes + p[i] * p[i + 1]) / power;
            yes = power;
        }
        uint256 share = (yes * ONE) / (yes + no);
        return of2(share, share >= 66e25 ? average : 0);
    }

    // liquidity, daily, today, last + 1, how the daily part changes from then on
    function flow(uint256[] calldata p) private pure returns (uint256[] memory) {
        int256 daily = int256(p[1]);
        uint256 liquidity = p[0];
        uint256 last = p[3] - 1;
        uint256 day = last;
        if (p[2] > last) {
            day = least(p[2], last + 91);
            for (uint256 i = last + 1; i <= day; i++) {
                unchecked { daily += i - p[3] < p.length - 4 ? int256(p[4 + i - p[3]]) : int256(0); }
                liquidity += uint256(daily);
            }
        }
        return of3(liquidity, uint256(daily), day);
    }

    // cover, epoch, whether it is the view, lastDistributionEpoch, the epochs' amounts from then on
    function ended(uint256[] calldata p) private pure returns (uint256[] memory) {
        uint256 left = p[0];
        uint256 to = least(p[1], p[2] != 0 ? 52 : p[3] + 52);
        for (uint256 i = p[3]; i < to; i++) left -= i - p[3] < p.length - 4 ? p[4 + i - p[3]] : 0;
        return of1(left);
    }
}

contract InsurePayouts is PayoutJudge {
    uint256 constant ONE = 1e6;

    struct Market { uint256 credit; uint256 available; uint256 points; bool paused; bool paying; uint256 freeable; uint256 wants; uint256 called; }

    function one(uint256 formula, uint256[] calldata p) external pure override returns (uint256[] memory) {
        if (formula == 0) return of1(p[1] == 0 ? p[0] : p[2] == 0 ? p[0] * p[1] : (p[0] * p[1]) / p[2]);
        if (formula == 1) return of1((p[0] * p[1]) / p[2]);
        if (formula == 2) return of1(p[0] == 0 ? 0 : p[0] - p[1]);
        if (formula == 3) return of1(p[1] == 0 ? 0 : (p[0] * ONE) / p[1]);
        if (formula == 4) {
            if (p[1] == 0 || p[2] == 0) return of2(0, 0);
            uint256 part = (p[0] * p[1]) / p[2];
            return of2(part, (part * ONE) / p[1]);
        }
        if (formula == 5) {
            uint256 earned = (p[0] * p[1]) / ONE;
            return of2(earned > p[2] ? earned - p[2] : 0, earned);
        }
        if (formula == 6) return of1(least(p[0], (p[1] * p[2]) / p[3]));
        if (formula == 7) return liquidated(p);
        if (formula == 8) {
            if (p[1] >= p[0]) revert();
            return of1(least(p[0] - p[1], p[2]));
        }
        if (formula == 9) {
            uint256 loss = (p[1] * p[0]) / (p[1] + p[2]);
            return of2(p[1] - loss, p[2] - (p[0] - loss));
        }
        if (formula == 10) return of1(bought(p));
        if (formula == 11) {
            if (p[3] > ONE) revert();
            uint256 n = bought(p);
            return of2(((ONE - p[3]) * n) / ONE, (p[3] * n) / ONE);
        }
        if (formula == 12) return of1(cost(p));
        if (formula == 13) return of1(p[0] == 0 || p[1] == 0 || p[2] == 0 ? 0 : (p[2] * p[0]) / p[1]);
        return formula == 14 ? allocated(p) : of1(withdrawable(p));
    }

    // debt, totalCredit, totalLiquidity, each index's credit
    function liquidated(uint256[] calldata p) private pure returns (uint256[] memory r) {
        r = new uint256[](p.length - 2);
        uint256 lenders = p[2] == 0 ? 0 : (p[0] * p[1]) / p[2];
        for (uint256 i = 3; i < p.length; i++) r[i - 3] = (lenders * ((p[i] * ONE) / p[1])) / ONE;
        r[p.length - 3] = p[0] - lenders;
    }

    // V, A, amount
    function bought(uint256[] calldata p) private pure returns (uint256) { return p[1] == 0 ? p[2] : (p[2] * p[1]) / p[0]; }

    // V, A, amount, what the payer has
    function cost(uint256[] calldata p) private pure returns (uint256 n) {
        require(p[3] != 0);
        require((p[0] == 0 ? 0 : (p[0] * p[3]) / p[1]) >= p[2]);
        uint256 product = p[1] * p[2];
        require(product >= p[0]);
        n = product / p[0];
        if (n * p[0] != product) n += 1;
        require(n <= p[3]);
    }

    function marketsOf(uint256[] calldata p) private pure returns (Market[] memory m) {
        m = new Market[]((p.length - 4) / 5);
        for (uint256 i; i < m.length; i++) {
            uint256 at = 4 + 5 * i;
            (m[i].credit, m[i].available, m[i].points, m[i].paused, m[i].paying) = (p[at], p[at + 1], p[at + 2], p[at + 3] != 0, p[at + 4] != 0);
        }
    }

    function withdrawCredit(Market memory m, uint256 amount) private pure {
        require(m.credit >= amount && amount <= m.available);
        m.credit -= amount;
        m.called = 1;
    }

    // leverage, liquidity, all points, all credit; each market's credit, available, points, paused, paying
    function allocated(uint256[] calldata p) private pure returns (uint256[] memory r) {
        Market[] memory m = marketsOf(p);
        uint256 total = allocate(m, (p[0] * p[1]) / ONE, p[2], p[3]);
        r = new uint256[](1 + 2 * m.length);
        r[0] = total;
        for (uint256 i; i < m.length; i++) (r[1 + 2 * i], r[2 + 2 * i]) = (m[i].called, m[i].credit);
    }

    function allocate(Market[] memory m, uint256 aim, uint256 points, uint256 total) private pure returns (uint256) {
        uint256 loose;
        uint256 frozen;
        for (uint256 i; i < m.length; i++) {
            uint256 free = least(m[i].available, m[i].credit);
            if (m[i].paying || m[i].paused || m[i].points == 0) {
                points -= m[i].points;
                m[i].points = 0;
                if (!m[i].paying) {
                    withdrawCredit(m[i], free);
                    total -= free;
                }
                frozen += m[i].credit;
            } else {
                m[i].freeable = free;
                loose += free;
            }
        }
        aim = aim > frozen ? aim - frozen : 0;
        uint256 stuck = total - loose - frozen;
        if (stuck >= aim) {
            for (uint256 i; i < m.length; i++) if (m[i].freeable != 0) withdrawCredit(m[i], m[i].freeable);
            return total - loose;
        }
        return fill(m, aim, points, total, aim - stuck);
    }

    function fill(Market[] memory m, uint256 aim, uint256 points, uint256 total, uint256 spare) private pure returns (uint256) {
        uint256 wanted;
        for (uint256 i; i < m.length; i++) {
            if (m[i].points == 0) continue;
            uint256 goal = (aim * m[i].points) / points;
            uint256 fixedCredit = m[i].credit - m[i].freeable;
            if (goal >= fixedCredit) {
                m[i].wants = goal - fixedCredit;
                wanted += m[i].wants;
            } else {
                withdrawCredit(m[i], m[i].freeable);
                total -= m[i].freeable;
            }
        }
        for (uint256 i; i < m.length; i++) {
            if (m[i].wants == 0) continue;
            uint256 part = (spare * m[i].wants) / wanted;
            if (part < m[i].freeable) {
                withdrawCredit(m[i], m[i].freeable - part);
                total -= m[i].freeable - part;
            } else {
                m[i].credit += part - m[i].freeable;
                m[i].called = 1;
                total += part - m[i].freeable;
            }
        }
        return total;
    }

    function withdrawable(uint256[] calldata p) private pure returns (uint256) {
        Market[] memory m = marketsOf(p);
        if (p[1] == 0) return 0;
        uint256 sum;
        uint256 most;
        for (uint256 i; i < m.length; i++) {
            if (m[i].credit <= m[i].available) continue;
            uint256 locked = m[i].credit - m[i].available;
            sum += locked;
            if (locked > most) most = locked;
        }
        if (sum == 0) return p[1];
        uint256 needed = (sum * ONE) / p[0];
        if (most > needed) needed = most;
        return needed < p[1] ? p[1] - needed : 0;
    }
}
