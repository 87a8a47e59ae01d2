#include "agent/judge.h"

void judge_fitness(const Request *request, const Facts *facts, Plan *plan)
{
}
