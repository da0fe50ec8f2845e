/*
 * sim_net.h - simulated nodes behind a transport (indexer/http.h) of the simulated world.
 *
 * A request arrives at its node after a moment, is answered out of what the node then holds, and
 * the answer, or what a fault made of it, comes back in pieces at later moments. All of it is drawn
 * from the world's random numbers, in the order in which it happens.
 */
#ifndef TESTS_SUPPORT_SIM_NET_H
#define TESTS_SUPPORT_SIM_NET_H

#include "tests/support/sim_fault.h"
#include "tests/support/sim_node.h"
#include "tests/support/sim_world.h"

enum { SIM_NET_NODES = 3 };

/* How a node behaves beside what its chain says. */
struct sim_manners {
	unsigned fault_percent; /* of the requests */
	uint64_t faults;        /* which: bits of enum sim_fault */
	bool is_down;           /* refuses every connection */
	unsigned lag_percent;   /* of the requests reach another one behind the same address … */
	uint64_t lag_max;       /* … that is so many blocks behind, at most */
	uint64_t latency_ms;    /* each way, at most */
	uint64_t range_max;     /* blocks of eth_getLogs; 0: any */
	unsigned batch_max;     /* calls in a batch; 0: any */
};

struct sim_net;

struct sim_net *sim_net_new(struct sim_world *world);
void sim_net_free(struct sim_net *net);

/* "http://node0.sim"; the transport that knows it. Both live as long as the net. */
const char *sim_net_url(size_t node);
const struct http_transport *sim_net_transport(struct sim_net *net);

struct sim_node *sim_net_node(struct sim_net *net, size_t node);
struct sim_manners *sim_net_manners(struct sim_net *net, size_t node);

/* Node `node` holds that chain up to `head` from now on. */
void sim_net_follow(struct sim_net *net, size_t node, const struct sim_chain *chain, uint64_t head);

uint64_t sim_net_requests(const struct sim_net *net);
uint64_t sim_net_fault_count(const struct sim_net *net, enum sim_fault fault);

/* Told of each request before it is sent, with its number; NULL: nobody. */
void sim_net_watch(struct sim_net *net, void (*on_request)(void *context, uint64_t number),
		   void *context);
/* No request gets an answer any more: the process that asks is dead. False: as before. */
void sim_net_kill(struct sim_net *net, bool is_dead);

#endif
