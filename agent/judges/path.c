#include "agent/judge.h"

void judge_path(const Request *request, const Facts *facts, Plan *plan)
{
}
