#include "agent/judge.h"

void judge_conflict(const Request *request, const Facts *facts, Plan *plan)
{
}
