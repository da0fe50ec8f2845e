// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// A price, as whoever tells it last.
contract PriceFeed {
    int224 private value;
    uint32 private told;

    function tell(int224 price) external {
        value = price;
        told = uint32(block.timestamp);
    }

    function read() external view returns (int224, uint32) {
        return (value, told);
    }
}

// Turns USD into API3 and back at the feed's price.
contract UsdConverter {
    PriceFeed public immutable proxy;
    uint8 public immutable dapiDecimals;

    constructor(PriceFeed feed, uint8 decimals) {
        proxy = feed;
        dapiDecimals = decimals;
    }

    function price() private view returns (uint256) {
        (int224 value, ) = proxy.read();
        require(value > 0, "converter: no price");
        return uint256(uint224(value));
    }

    function convertQuoteToBase(uint256 usd) external view returns (uint256) {
        return usd * 10 ** dapiDecimals / price();
    }

    function convertBaseToQuote(uint256 api3) external view returns (uint256) {
        return api3 * price() / 10 ** dapiDecimals;
    }
}
