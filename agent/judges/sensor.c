#include "agent/judge.h"

void judge_sensor(const Request *request, const Facts *facts, Plan *plan)
{
}
