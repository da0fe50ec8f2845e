/* The guideline's deadlines and exclusions: what is not arithmetic. */
#include "protocols/insuredao/guideline.h"

/* ---- the reporting process ---- */

static const struct {
	const char *name;
	uint64_t days;
} steps[GUIDELINE_STEPS] = {
	[STEP_REQUEST] = {"request", 2}, /* 48 hours */
	[STEP_ACCEPT] = {"acceptance", 3}, [STEP_REPORT] = {"report", 4},
	[STEP_VOTE] = {"vote", 3},         [STEP_EXECUTE] = {"execution", 2},
};

static enum guideline_step_state state_of(uint64_t due, uint64_t done, uint64_t as_of)
{
	if (!due)
		return STEP_WAITING;
	if (done)
		return done <= due ? STEP_IN_TIME : STEP_LATE;
	return as_of > due ? STEP_MISSED : STEP_OPEN;
}

void guideline_deadlines(struct guideline_deadline out[GUIDELINE_STEPS], uint64_t incident,
			 const struct guideline_process *process)
{
	uint64_t before = incident;

	for (size_t i = 0; i < GUIDELINE_STEPS; i++) {
		uint64_t done = process->done[i];
		uint64_t limit = steps[i].days * GUIDELINE_DAY;
		uint64_t due = before ? before + limit : 0;

		out[i] = (struct guideline_deadline){
			.name = steps[i].name,
			.limit = limit,
			.due = due,
			.done = done,
			.state = state_of(due, done, process->as_of),
		};
		before = done;
	}
}

const char *guideline_step_state_name(enum guideline_step_state state)
{
	switch (state) {
	case STEP_IN_TIME:
		return "in_time";
	case STEP_LATE:
		return "late";
	case STEP_OPEN:
		return "open";
	case STEP_MISSED:
		return "missed";
	case STEP_WAITING:
		return "waiting";
	}
	return "";
}

/* ---- exclusions ---- */

static struct guideline_finding finding(const char *id, const char *title,
					enum guideline_answer applies, const char *reason)
{
	return (struct guideline_finding){
		.id = id, .title = title, .applies = applies, .reason = reason};
}

static struct guideline_finding period(const struct guideline_statement *s)
{
	static const char title[] = "the incident is outside of the policy's period";

	if (s->incident < s->start)
		return finding("outside_period", title, GUIDELINE_YES,
			       "the incident was before the policy's start");
	if (s->incident > s->end)
		return finding("outside_period", title, GUIDELINE_YES,
			       "the incident was after the policy's end");
	return finding("outside_period", title, GUIDELINE_NO,
		       "the incident was from the policy's start to its end");
}

static struct guideline_finding addresses(const struct guideline_statement *s)
{
	static const char title[] = "the victim is not the policy's buyer";

	if (!address_equal(s->buyer, s->victim))
		return finding("other_address", title, GUIDELINE_YES,
			       "the policy was bought by another address than the victim's");
	return finding("other_address", title, GUIDELINE_NO, "the buyer's address is the victim's");
}

static struct guideline_finding request(const struct guideline_deadline *step)
{
	static const char id[] = "late_request";
	static const char title[] = "there is no reporting request within 48 hours of the incident";

	switch (step->state) {
	case STEP_IN_TIME:
		return finding(id, title, GUIDELINE_NO, "the request came in time");
	case STEP_LATE:
		return finding(id, title, GUIDELINE_YES, "the request came after 48 hours");
	case STEP_MISSED:
		return finding(id, title, GUIDELINE_YES,
			       "there is no request, and the 48 hours are over");
	case STEP_OPEN:
	case STEP_WAITING:
		break;
	}
	return finding(id, title, GUIDELINE_HUMAN, "there is no request yet");
}

/* The later steps are the reporting members' own: the buyer does not lose by them unheard. */
static struct guideline_finding process(const struct guideline_deadline *deadlines)
{
	static const char id[] = "late_process";
	static const char title[] = "a step of the reporting process is late";

	for (size_t i = STEP_ACCEPT; i < GUIDELINE_STEPS; i++)
		if (deadlines[i].state == STEP_LATE || deadlines[i].state == STEP_MISSED)
			return finding(id, title, GUIDELINE_HUMAN,
				       "a step after the request is late: what follows from it, "
				       "the guideline does not say");
	return finding(id, title, GUIDELINE_NO, "no step after the request is late");
}

static struct guideline_finding prices(const struct guideline_statement *s)
{
	static const char id[] = "incomplete_prices";
	static const char title[] = "the prices of the three days before and after are incomplete";

	for (size_t i = 0; i < s->loss_count; i++) {
		const struct guideline_loss *loss = &s->losses[i];

		if (loss->is_asset)
			continue;
		if (!loss->price.before || !loss->price.after)
			return finding(id, title, GUIDELINE_HUMAN,
				       "a token has no price in the three days before the "
				       "incident, or none in those after it");
		if (s->process.as_of && s->process.as_of < s->incident + GUIDELINE_PRICE_WINDOW)
			return finding(id, title, GUIDELINE_HUMAN,
				       "the three days after the incident are not over: a lower "
				       "price may come");
	}
	return finding(id, title, GUIDELINE_NO, "each token has prices on both sides");
}

/* `is_good`: the fact speaks against the exclusion. */
static struct guideline_finding fact(const char *id, const char *title,
				     enum guideline_answer answer, bool is_good)
{
	if (answer == GUIDELINE_HUMAN)
		return finding(id, title, GUIDELINE_HUMAN, "the statement does not say");
	return (answer == GUIDELINE_YES) == is_good
		       ? finding(id, title, GUIDELINE_NO, "the statement says that it is not so")
		       : finding(id, title, GUIDELINE_YES, "the statement says so");
}

void guideline_exclusions(struct guideline_finding out[GUIDELINE_EXCLUSIONS],
			  const struct guideline_deadline deadlines[GUIDELINE_STEPS],
			  const struct guideline_statement *s)
{
	out[EXCLUDED_PERIOD] = period(s);
	out[EXCLUDED_ADDRESS] = addresses(s);
	out[EXCLUDED_LATE_REQUEST] = request(&deadlines[STEP_REQUEST]);
	out[EXCLUDED_PROCESS] = process(deadlines);
	out[EXCLUDED_PRICES] = prices(s);
	out[EXCLUDED_CAUSE] =
		fact("uncovered_cause",
		     "the loss is from no unexpected use of the contracts (a bug, a hack) and no "
		     "failed oracle",
		     s->facts.covered_cause, true);
	out[EXCLUDED_CODE] =
		fact("not_investigable",
		     "the contracts' source is not open to reporting members, or not Solidity or "
		     "Vyper for an EVM chain",
		     s->facts.investigable, true);
	out[EXCLUDED_IMMATERIAL] = fact("not_material", "the loss of funds is not material",
					s->facts.material_loss, true);
	out[EXCLUDED_OTHER] = fact("other_exclusion", "another exclusion of the guideline applies",
				   s->facts.other_exclusion, false);
}

const char *guideline_answer_name(enum guideline_answer answer)
{
	switch (answer) {
	case GUIDELINE_NO:
		return "does_not_apply";
	case GUIDELINE_YES:
		return "applies";
	case GUIDELINE_HUMAN:
		return "needs_human";
	}
	return "";
}
