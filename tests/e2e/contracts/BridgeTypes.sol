// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// What the contracts of a coverage book for tests know of one another. They follow the rules and events of Bridge Mutual V2
// that docs/protocols/bridge-mutual.md restates.
uint256 constant WEEK = 604800;
uint256 constant YEAR = 365 days;
uint256 constant MAXIMUM_EPOCHS = 52;
uint256 constant PERCENT = 10 ** 25;
uint256 constant PERCENTAGE_100 = 10 ** 27;

function min(uint256 a, uint256 b) pure returns (uint256) { return a < b ? a : b; }
function max(uint256 a, uint256 b) pure returns (uint256) { return a > b ? a : b; }
function from18(uint256 amount, uint256 decimals) pure returns (uint256) {
    return decimals < 18 ? amount / 10 ** (18 - decimals) : amount * 10 ** (decimals - 18);
}
function to18(uint256 amount, uint256 decimals) pure returns (uint256) {
    return decimals < 18 ? amount * 10 ** (18 - decimals) : amount / 10 ** (decimals - 18);
}

interface ICoin {
    function decimals() external view returns (uint8);
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

interface IBook {
    function totalLiquidity() external view returns (uint256);
    function totalCoverTokens() external view returns (uint256);
    function epochStartTime() external view returns (uint256);
    function getNewCoverAndLiquidity() external view returns (uint256, uint256);
    function facade() external view returns (IFacade);
    function getWithdrawalStatus(address user) external view returns (uint256);
    function buyPolicy(address buyer, address holder, uint256 epochs, uint256 cover, uint256 fee, address distributor) external;
    function addLiquidity(address buyer, address holder, uint256 amount) external returns (uint256);
    function requestWithdrawal(uint256 amount, address user) external;
    function withdrawLiquidity(address user) external returns (uint256, uint256);
    function updateLiquidity(uint256 lost) external;
    function commitClaim(address claimer, uint256 endTime, uint256 status) external;
    function commitWithdrawnClaim(address claimer) external;
    function endActivePolicy(address holder) external;
}

interface IFacade {
    function VUreinsurnacePool() external view returns (uint256);
    function LUreinsurnacePool() external view returns (uint256);
    function LUuserLeveragePool(address pool) external view returns (uint256);
    function totalLeveragedLiquidity() external view returns (uint256);
    function countUserLeveragePools() external view returns (uint256);
    function userLeveragePoolAt(uint256 i) external view returns (address);
    function safePricingModel() external view returns (bool);
    function getPolicyPrice(uint256 epochs, uint256 cover, address holder) external view returns (uint256, uint256, uint256);
    function reevaluateProvidedLeverageStable() external;
    function deployLeverageFundsAfterRebalance(uint256 amount, bool isUsers) external;
    function deployVirtualFundsAfterRebalance(uint256 amount) external;
}

interface IPremiumReceiver {
    function addPolicyPremium(uint256 epochs, uint256 amount) external;
    function updateLiquidity(uint256 lost) external;
    function deployVirtual() external returns (uint256);
    function deployLeverage() external returns (uint256);
    function targetUR() external view returns (uint256);
    function d_ProtocolConstant() external view returns (uint256);
    function a_ProtocolConstant() external view returns (uint256);
    function max_ProtocolConstant() external view returns (uint256);
}

interface ICapital {
    function addPolicyHoldersHardSTBL(uint256 amount, uint256 epochs, uint256 protocolFee) external returns (uint256);
    function addCoverageProvidersHardSTBL(uint256 amount) external;
    function withdrawLiquidity(address to, uint256 amount) external returns (uint256);
    function fundClaim(address claimer, uint256 amount, address book) external returns (uint256);
    function getWithdrawPeriod() external view returns (uint256);
}

interface IRegistry {
    function isPolicyValid(address user, address book) external view returns (bool);
    function isPolicyActive(address user, address book) external view returns (bool);
    function policyStartTime(address user, address book) external view returns (uint256);
    function addPolicy(address user, uint256 cover, uint256 premium, uint256 duration) external;
    function removePolicy(address user) external;
}

interface IClaims {
    function canBuyNewPolicy(address buyer, address book) external;
    function submitClaim(address claimer, address book, uint256 cover, bool appeal) external returns (uint256);
    function claimIndex(address claimer, address book) external view returns (uint256);
    function claimEndTime(uint256 index) external view returns (uint256);
    function hasProcedureOngoing(address book) external view returns (bool);
}

interface IQuote {
    function getQuotePredefined(uint256 duration, uint256 tokens, uint256 cover, uint256 liquidity, uint256 leveraged, bool safe)
        external view returns (uint256, uint256);
}

interface IAdmin {
    function distributorFees(address distributor) external view returns (uint256);
}
