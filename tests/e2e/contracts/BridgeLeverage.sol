// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./BridgeTypes.sol";

// A pool that lends liquidity to a book: the reinsurance pool or a user leverage pool. What it lends is set by its owner
// instead of computed; the events, and whom a premium and a loss reach, are as in the original.
contract BridgeLeverage is IPremiumReceiver {
    event LeverageStableDeployed(address policyBook, uint256 deployedAmount);
    event VirtualStableDeployed(address policyBook, uint256 deployedAmount);
    event PremiumAdded(uint256 premiumAmount);
    event LiquidityWithdrawn(address holder, uint256 tokensToWithdraw, uint256 newTotalLiquidity);

    uint256 public targetUR = 45 * PERCENT;
    uint256 public d_ProtocolConstant = 5 * PERCENT;
    uint256 public a_ProtocolConstant = 100 * PERCENT;
    uint256 public max_ProtocolConstant = PERCENTAGE_100;
    uint256 public totalLiquidity;
    address public immutable owner = msg.sender;
    bool public immutable isUsers;
    address public capital;
    IFacade public facade;
    address public book;
    uint256 public virtualAmount;
    uint256 public leverageAmount;

    constructor(bool isUsers_, uint256 liquidity) { isUsers = isUsers_; totalLiquidity = liquidity; }

    function setup(address capital_, IFacade facade_, address book_) external {
        require(msg.sender == owner, "leverage: not the owner");
        (capital, facade, book) = (capital_, facade_, book_);
    }

    // From the next deployment on.
    function lend(uint256 virtualAmount_, uint256 leverageAmount_) external {
        require(msg.sender == owner, "leverage: not the owner");
        (virtualAmount, leverageAmount) = (virtualAmount_, leverageAmount_);
    }

    function rebalance() public {
        if (!isUsers) {
            emit VirtualStableDeployed(book, virtualAmount);
            facade.deployVirtualFundsAfterRebalance(virtualAmount);
        }
        if (isUsers && facade.LUuserLeveragePool(address(this)) == 0) return; // not lending: not among its books
        emit LeverageStableDeployed(book, leverageAmount);
        facade.deployLeverageFundsAfterRebalance(leverageAmount, isUsers);
    }

    function deployVirtual() external returns (uint256) {
        require(msg.sender == address(facade), "leverage: not the facade");
        emit VirtualStableDeployed(book, virtualAmount);
        return virtualAmount;
    }
    function deployLeverage() external returns (uint256) {
        require(msg.sender == address(facade), "leverage: not the facade");
        emit LeverageStableDeployed(book, leverageAmount);
        return leverageAmount;
    }

    function addPolicyPremium(uint256, uint256 amount) external {
        require(msg.sender == capital, "leverage: not the capital pool");
        totalLiquidity += amount;
        emit PremiumAdded(amount);
    }
    function updateLiquidity(uint256 lost) external {
        require(msg.sender == capital, "leverage: not the capital pool");
        totalLiquidity -= lost;
        rebalance();
        emit LiquidityWithdrawn(msg.sender, lost, totalLiquidity);
    }
}
