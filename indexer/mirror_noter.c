/* Somebody else's notes, in the transactions of the mirror. */
#include "indexer/mirror_impl.h"

void mirror_set_noter(struct mirror *m, const struct mirror_noter *noter)
{
	m->options.noter = *noter;
}

bool mirror_noter_has_news(const struct mirror *m)
{
	const struct mirror_noter *noter = &m->options.noter;

	return noter->has_news && noter->has_news(noter->context);
}

enum status mirror_noter_put(struct mirror *m, struct store_txn *txn, struct error *err)
{
	const struct mirror_noter *noter = &m->options.noter;

	return noter->put ? noter->put(noter->context, txn, err) : OK;
}

void mirror_noter_kept(struct mirror *m)
{
	if (m->options.noter.kept)
		m->options.noter.kept(m->options.noter.context);
}
