#include "protocols/audit.h"

#include <stdio.h>

void audit_equal(struct audit *audit, const char *what, const struct address *whose, u256 kept,
		 u256 computed)
{
	char is[U256_DECIMAL_SIZE];
	char should[U256_DECIMAL_SIZE];
	char address[HEX_SIZE(ADDRESS_BYTES)] = "";

	audit->figures++;
	if (u256_equal(kept, computed) || *audit->broken)
		return;
	if (whose)
		(void)address_format(address, *whose);
	(void)snprintf(audit->broken, sizeof(audit->broken),
		       "%s%s%s is kept as %s, its rows give %s", what, whose ? " of " : "", address,
		       u256_format(is, kept), u256_format(should, computed));
}
