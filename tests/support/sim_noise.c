#include "tests/support/sim_noise.h"

#include "abi/keccak.h"

enum { DATA_WORDS_MAX = 4 };

static struct hash topic_of(const char *signature)
{
	return keccak256(signature, strlen(signature));
}

struct sim_noise sim_noise_of(const struct sim_names *names)
{
	return (struct sim_noise){
		.names = *names,
		.transfer = topic_of("Transfer(address,address,uint256)"),
		.approval = topic_of("Approval(address,address,uint256)"),
		.minter = topic_of("MinterStatusUpdated(address,bool)"),
		.burner = topic_of("BurnerStatusUpdated(address,bool)"),
		.staked = topic_of("Staked(address,uint256,uint256,uint256,uint256,uint256,"
				   "uint256)"),
		.deposited = topic_of("Deposited(address,uint256,uint256)"),
	};
}

static void add_topic(struct event_log *log, struct hash topic)
{
	log->topics[log->topic_count++] = topic;
}

static void add_address(struct event_log *log, struct address address)
{
	struct hash word;

	address_to_word(word.bytes, address);
	add_topic(log, word);
}

static struct address stranger(struct sim_random *random)
{
	struct address address;

	sim_bytes(random, &address, sizeof(address));
	return address;
}

static void add_random_topics(struct event_log *log, struct sim_random *random)
{
	uint64_t count = sim_below(random, LOG_TOPICS_MAX + 1);

	while (count--) {
		struct hash topic;

		sim_bytes(random, &topic, sizeof(topic));
		add_topic(log, topic);
	}
}

struct event_log sim_noise_log(const struct sim_noise *noise, struct sim_random *random,
			       struct arena *arena)
{
	const struct sim_names *names = &noise->names;
	struct event_log log = {.address = stranger(random)};
	size_t size = sim_below(random, 32 * DATA_WORDS_MAX + 1);
	uint8_t *data = arena_alloc(arena, size);

	sim_bytes(random, data, size);
	log.data = slice_of(data, size);
	switch (sim_below(random, 6)) {
	case 0: /* the pool's event elsewhere */
		add_topic(&log, sim_below(random, 2) ? noise->staked : noise->deposited);
		add_address(&log, names->users[sim_below(random, SCRIPT_USERS)]);
		break;
	case 1: /* another token, to or from the pool */
		add_topic(&log, noise->transfer);
		add_address(&log, stranger(random));
		add_address(&log, names->pool);
		break;
	case 2: /* the pool's token, between others */
		log.address = names->token;
		add_topic(&log, noise->transfer);
		add_address(&log, stranger(random));
		add_address(&log, stranger(random));
		break;
	case 3: /* the pool's token, of the pool, but no transfer */
		log.address = names->token;
		add_topic(&log, noise->approval);
		add_address(&log, stranger(random));
		add_address(&log, names->pool);
		break;
	default:
		add_random_topics(&log, random);
		break;
	}
	return log;
}

static bool is_end(const struct sim_noise *noise, const struct event_log *log, uint32_t topic)
{
	struct hash pool;

	if (log->topic_count <= topic)
		return false;
	address_to_word(pool.bytes, noise->names.pool);
	return hash_is_zero(log->topics[topic]) || hash_equal(log->topics[topic], pool);
}

bool sim_noise_is_wanted(const struct sim_noise *noise, const struct event_log *log)
{
	const struct hash *topic0 = &log->topics[0];

	if (address_equal(log->address, noise->names.pool) ||
	    address_equal(log->address, noise->names.timelock))
		return true;
	if (!address_equal(log->address, noise->names.token) || !log->topic_count)
		return false;
	if (hash_equal(*topic0, noise->minter) || hash_equal(*topic0, noise->burner))
		return true;
	return hash_equal(*topic0, noise->transfer) &&
	       (is_end(noise, log, 1) || is_end(noise, log, 2));
}
