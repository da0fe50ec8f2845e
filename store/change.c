/* A write transaction from its beginning to its commit, as often as the map has to grow for it. */
#include "store/store.h"

enum status store_change(struct store *store,
			 enum status (*change)(void *context, struct store_txn *txn,
					       struct error *err),
			 void *context, struct error *err)
{
	struct store_txn *txn;
	enum status status;

	do {
		status = store_begin(&txn, store, STORE_WRITE, err);
		if (status != OK)
			return status;
		status = change(context, txn, err);
		if (status != OK && status != ERR_AGAIN) {
			store_abort(txn);
			return status;
		}
		status = store_commit(txn, err);
	} while (status == ERR_AGAIN);
	return status;
}
