// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IDisputed {
    function createDispute(bytes32 policyHash, address claimant, uint224 amount, string calldata evidence) external;
    function resolveDispute(bytes32 policyHash, address claimant, uint224 amount, string calldata evidence, uint8 ruling) external;
    function isMediatorOrAdmin(address account) external view returns (bool);
}

// A court of one judge: whoever asks it.
contract Court {
    struct Case {
        KlerosProxy proxy;
        uint256 ruling;
        bool isOver;
    }

    Case[] public cases;

    function open() external returns (uint256 id) {
        id = cases.length;
        cases.push(Case(KlerosProxy(msg.sender), 0, false));
    }

    function decide(uint256 id, uint256 ruling) external {
        require(!cases[id].isOver, "court: over");
        cases[id].ruling = ruling;
        cases[id].isOver = true;
        cases[id].proxy.rule(id, ruling);
    }
}

// Brings claims before the court, as docs/protocols/api3-claims-manager.md says a Kleros proxy does.
contract KlerosProxy {
    event CreatedDispute(address indexed claimant, uint256 indexed disputeId, bytes32 indexed claimHash);
    event SubmittedEvidenceToKlerosArbitrator(address indexed sender, uint256 indexed disputeId, string evidence);
    event AppealedKlerosArbitratorRuling(address indexed sender, uint256 indexed disputeId, bytes32 indexed claimHash);
    event Ruling(address indexed _arbitrator, uint256 indexed _disputeID, uint256 _ruling);
    event Dispute(address indexed _arbitrator, uint256 indexed _disputeID, uint256 _metaEvidenceID, uint256 _evidenceGroupID);
    event Evidence(address indexed _arbitrator, uint256 indexed _evidenceGroupID, address indexed _party, string _evidence);
    event MetaEvidence(uint256 indexed _metaEvidenceID, string _evidence);

    struct Details {
        bytes32 policyHash;
        address claimant;
        uint224 amountInUsd;
        string evidence;
    }

    IDisputed public immutable manager;
    Court public immutable court;
    mapping(bytes32 => uint256) public claimHashToDisputeIdPlusOne;
    mapping(uint256 => Details) public disputeIdToClaimDetails;
    bool public isDeaf; // a ruling does not reach the manager

    constructor(IDisputed manager_, Court court_) {
        manager = manager_;
        court = court_;
        emit MetaEvidence(0, "how to judge");
    }

    function setDeaf(bool on) external {
        isDeaf = on;
    }

    function createDispute(bytes32 policyHash, address claimant, uint224 amount, string calldata evidence) external {
        require(msg.sender == claimant, "proxy: not yours");
        bytes32 hash = keccak256(abi.encodePacked(policyHash, claimant, amount, evidence));
        uint256 id = court.open();
        disputeIdToClaimDetails[id] = Details(policyHash, claimant, amount, evidence);
        claimHashToDisputeIdPlusOne[hash] = id + 1;
        emit CreatedDispute(claimant, id, hash);
        emit Dispute(address(court), id, 0, id);
        emit Evidence(address(court), id, claimant, evidence);
        manager.createDispute(policyHash, claimant, amount, evidence);
    }

    function submitEvidenceToKlerosArbitrator(uint256 id, string calldata evidence) external {
        require(manager.isMediatorOrAdmin(msg.sender) && bytes(evidence).length != 0, "proxy: not yours");
        require(disputeIdToClaimDetails[id].claimant != address(0), "proxy: no dispute");
        emit SubmittedEvidenceToKlerosArbitrator(msg.sender, id, evidence);
        emit Evidence(address(court), id, msg.sender, evidence);
    }

    function appealKlerosArbitratorRuling(bytes32 hash) external {
        uint256 id = claimHashToDisputeIdPlusOne[hash] - 1;
        (, , bool isOver) = court.cases(id);
        require(!isOver, "proxy: over");
        emit AppealedKlerosArbitratorRuling(msg.sender, id, hash);
    }

    function rule(uint256 id, uint256 ruling) external {
        require(msg.sender == address(court), "proxy: not the court");
        emit Ruling(msg.sender, id, ruling);
        Details storage d = disputeIdToClaimDetails[id];
        if (!isDeaf) manager.resolveDispute(d.policyHash, d.claimant, d.amountInUsd, d.evidence, uint8(ruling));
    }
}
