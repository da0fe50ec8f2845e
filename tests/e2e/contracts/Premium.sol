// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// The premium formulas written once more, for the EVM to judge the program's arithmetic: rounding, overflow of every
// single step, division by nothing. Whole lists are priced in one call; a row that reverts says so and stops no other.
contract PremiumJudge {
    uint256 private constant YEAR = 365 days;

    struct Curve { uint256 threshold; uint256 minimum; uint256 maximum; uint256 full; }
    struct Pricing { Curve risky; Curve safe; uint256 leastPrice; }
    struct Sale { uint256 duration; uint256 cover; uint256 sold; uint256 liquidity; uint256 leverage; bool safe; }
    struct Rates { uint64 base; uint64 below; uint64 above; uint64 kink; }
    struct Cover { bool flat; uint256 rate; Rates rates; uint256 amount; uint256 term; uint256 liquidity; uint256 locked; }
    struct Answer { bool priced; uint256 price; uint256 share; }

    // ---- Bridge Mutual ----
    function bridge(Sale calldata s, Pricing calldata p) public pure returns (uint256 price, uint256 share) {
        if (s.duration == 0 || s.duration > YEAR || s.cover == 0 || s.sold + s.cover > s.liquidity) revert();
        uint256 use = ((s.sold + s.cover) * 1e27) / (s.liquidity + s.leverage);
        share = (s.duration * yearly(use, s.safe ? p.safe : p.risky)) / YEAR;
        price = (s.cover * share) / 1e27;
        if (price < p.leastPrice) price = p.leastPrice;
    }

    function yearly(uint256 use, Curve calldata c) private pure returns (uint256 cost) {
        if (use >= c.threshold) {
            uint256 way = ((use - c.threshold) * 1e25) / (1e27 - c.threshold);
            cost = (way * (c.full - c.maximum)) / 1e25 + c.maximum;
        } else {
            cost = (c.maximum * use) / c.threshold;
        }
        if (c.minimum > cost) cost = c.minimum;
    }

    function bridgeAll(Sale[] calldata sales, Pricing calldata p) external view returns (Answer[] memory answers) {
        answers = new Answer[](sales.length);
        for (uint256 i; i < sales.length; i++)
            try this.bridge(sales[i], p) returns (uint256 price, uint256 share) { answers[i] = Answer(true, price, share); } catch {}
    }

    // ---- InsureDAO ----
    function insure(Cover calldata c) public pure returns (uint256) {
        if (c.locked + c.amount > c.liquidity) revert();
        if (c.flat) return c.amount == 0 ? 0 : ((c.amount * c.rate) * c.term) / YEAR / 1e6;
        if (c.liquidity == 0) revert();
        uint256 from = (c.locked * 1e6) / c.liquidity;
        uint256 to = ((c.amount + c.locked) * 1e6) / c.liquidity;
        uint256 year;
        if (from < c.rates.kink && c.rates.kink < to)
            year = piece(c, from, c.rates.kink) + piece(c, c.rates.kink, to);
        else
            year = piece(c, from, to);
        return (year * c.term) / YEAR;
    }

    function piece(Cover calldata c, uint256 from, uint256 to) private pure returns (uint256) {
        uint256 mean = (rateAt(c.rates, from) + rateAt(c.rates, to)) / 2;
        return ((((to - from) * c.liquidity) / 1e6) * mean) / 1e6;
    }

    function rateAt(Rates calldata r, uint256 use) private pure returns (uint256) {
        uint256 room = uint256(1e6) - r.kink;
        if (use <= r.kink) return uint256(r.base) + (use * r.below) / r.kink;
        return uint256(r.base) + r.below + ((use - r.kink) * r.above) / room;
    }

    function insureAll(Cover[] calldata covers) external view returns (Answer[] memory answers) {
        answers = new Answer[](covers.length);
        for (uint256 i; i < covers.length; i++)
            try this.insure(covers[i]) returns (uint256 premium) { answers[i] = Answer(true, premium, 0); } catch {}
    }
}
