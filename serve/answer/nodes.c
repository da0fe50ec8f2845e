/* How the nodes are, and whether one of them keeps the mirror from going on. */
#include <inttypes.h>
#include <stdlib.h>

#include "indexer/node_note.h"
#include "serve/answer/answer.h"
#include "store/writer.h"

static bool add_node(void *context, const struct witness_record *record)
{
	json_t *node = json_object();

	json_put(node, "node", json_words(record->label));
	json_put(node, "head",
		 record->has_head ? json_integer((json_int_t)record->head) : json_null());
	json_put(node, "latency_ms", json_integer((json_int_t)record->latency_ms));
	json_put(node, "answers", json_integer((json_int_t)record->answers));
	json_put(node, "troubles", json_integer((json_int_t)record->troubles));
	json_put(node, "rate_limited", json_integer((json_int_t)record->rate_limited));
	json_put(node, "hedges", json_integer((json_int_t)record->hedges));
	json_put(node, "lies", json_integer((json_int_t)record->lies));
	json_put(node, "omissions", json_integer((json_int_t)record->omissions));
	json_put(node, "quarantined", json_boolean(record->is_quarantined));
	json_put(node, "paused_ms", json_integer((json_int_t)record->paused_left_ms));
	if (json_array_append_new(context, node) != 0)
		abort();
	return true;
}

/* A refused block, or what keeps the writer from writing: of now, not of an earlier moment. */
void state_put(json_t *status, const struct moment *m)
{
	const char *reason = NULL;
	struct store_writer writer;
	struct error ignored;

	if (moment_is_degraded(m))
		reason = arena_printf(m->arena, "block %" PRIu64 " is refused: %s",
				      m->pending[0].finding.block, m->pending[0].finding.check);
	else if ((m->is_empty || m->number == m->cursor.ref.number) &&
		 store_writer_look(&writer, m->config->store_path, &ignored) == OK &&
		 *writer.trouble)
		reason = writer.trouble;
	json_put(status, "state", json_string(reason ? "degraded" : "ok"));
	json_put(status, "reason", reason ? json_words(reason) : json_null());
}

enum status nodes_put(json_t *status, const struct moment *m, struct error *err)
{
	json_t *nodes = json_array();
	enum status st = node_note_each(m->txn, add_node, nodes, err);

	state_put(status, m);
	json_put(status, "nodes", nodes);
	return st;
}
