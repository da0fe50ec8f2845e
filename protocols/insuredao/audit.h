/*
 * audit.h - the sums that the rows keep by differences, added up again; see protocols/audit.h.
 */
#ifndef PROTOCOLS_INSUREDAO_AUDIT_H
#define PROTOCOLS_INSUREDAO_AUDIT_H

#include "protocols/protocol.h"

void insuredao_audit(struct audit *audit);

#endif
