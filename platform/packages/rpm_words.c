#include "platform/packages/rpm_words.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"

#define CURL "Curl error ("
#define STATUS "Status code: "

/* libcurl's numbers: proxy's name, name, connection, timeout, cut off, HTTP/2. What is wrong with a certificate stays
 * wrong. */
static bool is_passing_curl(int number)
{
        static const int numbers[] = { 5, 6, 7, 16, 18, 28, 52, 55, 56, 92 };
        size_t i;

        for (i = 0; i < ELEMENTSOF(numbers); i++)
                if (numbers[i] == number)
                        return true;
        return false;
}

bool rpm_words_is_passing(const char *line)
{
        const char *at = strstr(line, STATUS);
        int number = 0;

        if (at && sscanf(at + strlen(STATUS), "%d", &number) == 1)
                return number >= 500 || number == 408 || number == 429;
        at = strstr(line, CURL);
        return at && sscanf(at + strlen(CURL), "%d", &number) == 1 && is_passing_curl(number);
}
