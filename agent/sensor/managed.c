/*
 * Each member asked for becomes an item, and each item is compared with the file; where the file says nothing, what
 * the sensor reports may be what is asked for already, by the command line or a policy.
 */
#include "agent/sensor/managed.h"

#include <string.h>

#include "agent/machine/conflict.h"
#include "agent/situation.h"
#include "platform/base/text.h"

#define SHOWN_MAX 120
#define HEALTH_TEXT_MAX (sizeof(((SensorHealth *)NULL)->proxy) - 8) /* as sensor_health.c escapes it */

_Static_assert(sizeof(((SensorHealth *)NULL)->proxy) == sizeof(((SensorHealth *)NULL)->group_ids), "one limit");

static const JsonPath passive_path = { { "antivirusEngine", "enforcementLevel" }, 2 };
static const JsonPath proxy_path = { { "cloudService", "proxy" }, 2 };
static const JsonPath groups_path = { { "edr", "groupIds" }, 2 };

static bool is_new(const Request *request, const Facts *facts)
{
        return situation_needs_package(request, facts) && facts->sensor.health.answering != TRI_YES;
}

static const char *level_asked(const Request *request)
{
        Json *level = json_path_get(request->managed_config, &passive_path);

        return json_object_is_type(level, json_type_string) ? json_object_get_string(level) : NULL;
}

/* NOT_ASKED: by no setting of its own. Who asks for a level by name gets it, or a refusal. */
static Tri passive_asked(const Request *request, const Facts *facts)
{
        if (request->passive == TRI_NOT_ASKED && request->on_conflict == ON_CONFLICT_PASSIVE && !level_asked(request) &&
            is_new(request, facts) && conflict_exists(facts))
                return TRI_YES;
        return request->passive;
}

bool managed_wants_passive(const Request *request, const Facts *facts)
{
        Tri asked = passive_asked(request, facts);

        return asked == TRI_YES || (asked == TRI_NOT_ASKED && text_equal(level_asked(request), "passive"));
}

/* A file that says so already changes nothing: somebody else's policy keeps the sensor passive. */
static bool would_be_written(const Request *request, const Facts *facts)
{
        _cleanup_(managed_clear) Managed managed = { 0 };
        const ManagedItem *item;

        managed_make(request, facts, &managed);
        item = managed_find(&managed, MANAGED_PASSIVE);
        return !item || item->differs;
}

bool managed_leaves_passive(const Request *request, const Facts *facts)
{
        const char *level = level_asked(request);
        bool blocks = request->passive == TRI_NO ||
                      (request->passive == TRI_NOT_ASKED && level && !text_equal(level, "passive"));

        return blocks && facts->sensor.health.passive == TRI_YES && would_be_written(request, facts);
}

char *managed_groups_text(const RequestList *groups)
{
        _cleanup_(text_clear) Text text = { 0 };
        size_t i;

        for (i = 0; i < groups->n; i++)
                text_append(&text, "%s%s", i ? "," : "", groups->items[i]);
        return text_take(&text);
}

/* --- what is asked -------------------------------------------------------------------------------------- */

static bool begins_with(const JsonPath *path, const JsonPath *start)
{
        size_t i;

        if (start->n > path->n)
                return false;
        for (i = 0; i < start->n; i++)
                if (!text_equal(path->names[i], start->names[i]))
                        return false;
        return true;
}

static bool is_same_place(const JsonPath *a, const JsonPath *b)
{
        return begins_with(a, b) || begins_with(b, a);
}

static ManagedItem *grow(ManagedItem *items, size_t n)
{
        items = realloc(items, n * sizeof(*items));
        if (!items)
                abort();
        return items;
}

/* Takes wanted over; a place that is taken stays as it is. */
static void add(Managed *managed, ManagedKind kind, const JsonPath *path, Json *wanted)
{
        _cleanup_json_ Json *owned = wanted;
        size_t i;

        for (i = 0; i < managed->n && managed->items[i].kind != MANAGED_OTHER; i++)
                if (is_same_place(&managed->items[i].path, path))
                        return;
        if (managed->n == MANAGED_ITEMS_MAX) {
                managed->too_many = true;
                return;
        }
        if ((managed->n & (managed->n - 1)) == 0) /* doubles */
                managed->items = grow(managed->items, managed->n ? 2 * managed->n : 1);
        managed->items[managed->n++] = (ManagedItem){ .kind = kind, .path = *path, .wanted = TAKE_PTR(owned) };
}

static void add_settings(Managed *managed, const Request *request, const Facts *facts)
{
        Tri passive = passive_asked(request, facts);

        if (passive == TRI_YES || passive == TRI_NO)
                add(managed, MANAGED_PASSIVE, &passive_path,
                    json_object_new_string(passive == TRI_YES ? "passive" : "real_time"));
        if (request->proxy)
                add(managed, MANAGED_PROXY, &proxy_path, json_object_new_string(request->proxy));
        if (request->group_ids.n > 0) {
                _cleanup_free_ char *text = managed_groups_text(&request->group_ids);

                add(managed, MANAGED_GROUPS, &groups_path, json_object_new_string(text));
        }
}

/* As deep as the settings were read. */
static void add_members(Managed *managed, Json *object, const JsonPath *above)
{
        json_object_object_foreach(object, name, member)
        {
                JsonPath path = *above;

                if (!member || path.n == JSON_DEPTH_MAX)
                        continue;
                path.names[path.n++] = name;
                if (json_object_is_type(member, json_type_object))
                        add_members(managed, member, &path);
                else
                        add(managed, MANAGED_OTHER, &path, json_object_get(member));
        }
}

/* --- what is so ----------------------------------------------------------------------------------------- */

static bool is_blank(const char *text, size_t length)
{
        size_t i;

        for (i = 0; i < length; i++)
                if (!text[i] || !strchr(" \t\r\n", text[i]))
                        return false;
        return true;
}

static void read_document(Managed *managed, const Facts *facts)
{
        const char *text = facts->sensor.managed_json;
        size_t length = facts->sensor.managed_length;

        if (!text || is_blank(text, length))
                return;
        if (json_parse(text, length, &managed->document, &managed->trouble) < 0)
                return;
        if (!json_object_is_type(managed->document, json_type_object)) {
                error_set(&managed->trouble, ERROR_INPUT, "its top level is of type %s, not object",
                          json_kind(managed->document));
                json_free(TAKE_PTR(managed->document));
        }
}

/* What the sensor says is escaped and cut. */
static bool is_said(Json *wanted, const char *said)
{
        _cleanup_free_ char *escaped = text_escape(json_object_get_string(wanted), HEALTH_TEXT_MAX);

        return text_equal(escaped, said);
}

static bool is_text(Json *json, const char *text)
{
        return json_object_is_type(json, json_type_string) && text_equal(json_object_get_string(json), text);
}

/* Whether the sensor is as asked where the file leaves it to others. */
static bool is_so_without_file(const ManagedItem *item, const Facts *facts)
{
        const SensorHealth *health = &facts->sensor.health;
        Tri wanted = tri(is_text(item->wanted, "passive"));

        if (item->kind == MANAGED_OTHER || facts->undone)
                return false;
        /* it once was as asked and cannot tell now: no reason to begin a run; a run that has begun makes sure */
        if (health->answering != TRI_YES)
                return facts->look == LOOK_FIRST && facts->fulfilled == TRI_YES && situation_has_sensor(facts);
        if (item->kind == MANAGED_PASSIVE)
                return health->passive == wanted;
        return is_said(item->wanted, item->kind == MANAGED_PROXY ? health->proxy : health->group_ids);
}

static bool is_so_in_file(const ManagedItem *item)
{
        /* not passive: whatever else it is stays the customer's choice */
        if (item->kind == MANAGED_PASSIVE && !is_text(item->wanted, "passive"))
                return json_object_is_type(item->now, json_type_string) && !is_text(item->now, "passive");
        return json_object_equal(item->now, item->wanted);
}

static const char *why_differs(const ManagedItem *item, const Facts *facts)
{
        static const char *const reasons[] = {
                [MANAGED_PASSIVE] = "passive mode is not as asked",
                [MANAGED_PROXY] = "the sensor's proxy is not as asked",
                [MANAGED_GROUPS] = "the group ids are not as asked",
                [MANAGED_OTHER] = "the managed configuration is not as asked",
        };

        if (item->now ? is_so_in_file(item) : is_so_without_file(item, facts))
                return NULL;
        return reasons[item->kind];
}

void managed_make(const Request *request, const Facts *facts, Managed *ret)
{
        Managed managed = { 0 };
        size_t i;

        add_settings(&managed, request, facts);
        if (request->managed_config)
                add_members(&managed, request->managed_config, &(JsonPath){ 0 });
        if (managed.n > 0)
                read_document(&managed, facts);
        for (i = 0; i < managed.n; i++) {
                managed.items[i].now = json_path_get(managed.document, &managed.items[i].path);
                managed.items[i].differs = why_differs(&managed.items[i], facts);
        }
        *ret = managed;
}

void managed_clear(Managed *managed)
{
        size_t i;

        for (i = 0; i < managed->n; i++)
                json_free(managed->items[i].wanted);
        free(managed->items);
        json_free(managed->document);
        *managed = (Managed){ 0 };
}

const char *managed_why(const Managed *managed)
{
        size_t i;

        for (i = 0; i < managed->n; i++)
                if (managed->items[i].differs)
                        return managed->items[i].differs;
        return NULL;
}

int managed_edit(const Managed *managed, const char *text, size_t length, char **ret, size_t *ret_length, Error *err)
{
        bool blank = !text || is_blank(text, length);
        _cleanup_free_ char *edited = blank ? text_copy("{}\n") : text_copy_n(text, length);
        size_t edited_length = blank ? strlen("{}\n") : length, i;

        for (i = 0; i < managed->n; i++) {
                const ManagedItem *item = &managed->items[i];
                _cleanup_free_ char *before = NULL;

                if (!item->differs)
                        continue;
                before = TAKE_PTR(edited);
                if (json_edit_set(before, edited_length, &item->path, item->wanted, &edited, &edited_length, err) < 0)
                        return -1;
        }
        *ret_length = edited_length;
        *ret = TAKE_PTR(edited);
        return 0;
}

/* Whichever setting asks for it. */
static ManagedKind member_of(const ManagedItem *item)
{
        static const JsonPath *const places[] = { &passive_path, &proxy_path, &groups_path };
        ManagedKind kind;

        for (kind = MANAGED_PASSIVE; kind < MANAGED_OTHER; kind++)
                if (item->path.n == places[kind]->n && begins_with(&item->path, places[kind]))
                        break;
        return kind;
}

const ManagedItem *managed_find(const Managed *managed, ManagedKind kind)
{
        size_t i;

        for (i = 0; i < managed->n && kind != MANAGED_OTHER; i++)
                if (member_of(&managed->items[i]) == kind)
                        return &managed->items[i];
        return NULL;
}

Tri managed_reported(const Managed *managed, ManagedKind kind, const SensorHealth *health)
{
        const char *said = kind == MANAGED_PROXY ? health->proxy : health->group_ids;
        const ManagedItem *item = managed_find(managed, kind);

        if (!item)
                return TRI_NOT_ASKED;
        if (health->answering != TRI_YES)
                return TRI_UNKNOWN;
        if (kind != MANAGED_PASSIVE)
                return *said ? tri(is_said(item->wanted, said)) : TRI_UNKNOWN;
        if (health->passive != TRI_YES && health->passive != TRI_NO)
                return TRI_UNKNOWN;
        return tri((health->passive == TRI_YES) == is_text(item->wanted, "passive"));
}

/* --- for people ----------------------------------------------------------------------------------------- */

char *managed_what(const ManagedItem *item)
{
        static const char *const names[] = {
                [MANAGED_PASSIVE] = "passive mode",
                [MANAGED_PROXY] = "proxy of the sensor",
                [MANAGED_GROUPS] = "group ids",
        };
        _cleanup_free_ char *path = NULL;

        if (item->kind != MANAGED_OTHER)
                return text_copy(names[item->kind]);
        path = json_path_text(&item->path, item->path.n);
        return text_format("managed configuration %s", path);
}

/* An address may hold a name and a password, whoever wrote it. */
static char *show_text(const char *text)
{
        if (strchr(text, '@'))
                return text_copy("a text that is not shown here");
        return text_escape(text, SHOWN_MAX);
}

static char *show(Json *json)
{
        if (!json)
                return text_copy("none");
        return show_text(json_object_is_type(json, json_type_string)
                                 ? json_object_get_string(json)
                                 : json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
                                                                                JSON_C_TO_STRING_NOSLASHESCAPE));
}

static const char *on_or_off(Tri passive)
{
        return passive == TRI_YES ? "on" : passive == TRI_NO ? "off" : "not set";
}

char *managed_said(ManagedKind kind, const SensorHealth *health)
{
        if (kind == MANAGED_PASSIVE)
                return text_copy(on_or_off(health->passive));
        return show_text(kind == MANAGED_PROXY ? health->proxy : kind == MANAGED_GROUPS ? health->group_ids : "");
}

char *managed_before(const ManagedItem *item, const Facts *facts)
{
        _cleanup_free_ char *said = managed_said(item->kind, &facts->sensor.health);

        if (member_of(item) == MANAGED_OTHER)
                return text_copy(item->now ? "another value" : "none");
        if (item->kind == MANAGED_PASSIVE && item->now)
                return text_copy(on_or_off(tri(is_text(item->now, "passive"))));
        return item->now || !*said ? show(item->now) : TAKE_PTR(said);
}

char *managed_after(const ManagedItem *item)
{
        if (member_of(item) == MANAGED_OTHER)
                return text_copy("as asked");
        if (item->kind == MANAGED_PASSIVE)
                return text_copy(on_or_off(tri(is_text(item->wanted, "passive"))));
        return show(item->wanted);
}
