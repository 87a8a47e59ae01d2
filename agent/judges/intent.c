#include "agent/judge.h"

void judge_intent(const Request *request, const Facts *facts, Plan *plan)
{
}
