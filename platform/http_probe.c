/*
 * A client each on one multi handle: newer libcurls read the bundle once for all of them, and a failure is told as
 * that of any other transfer.
 */
#include "platform/http_probe.h"

#include "platform/base/text.h"
#include "platform/http_try.h"

#define POLL_MS 100
#define IDLE_MS 5 /* with no descriptor to wait for, while a name is looked up, older libcurls return at once */

typedef struct Lane {
        HttpClient *client;
        CURL *curl;
        HttpSpec spec;
        HttpResponse response;
        HttpProbe *probe;
} Lane;

typedef struct Probes {
        Lane lanes[HTTP_PROBES_MAX];
        size_t n;
        CURLM *multi;
        Deadline deadline;
} Probes;

static void probes_clear(Probes *probes)
{
        size_t i;

        for (i = 0; i < probes->n; i++)
                if (probes->multi && probes->lanes[i].curl)
                        curl_multi_remove_handle(probes->multi, probes->lanes[i].curl);
        if (probes->multi)
                curl_multi_cleanup(probes->multi); /* closes connections, which refer to their clients */
        for (i = 0; i < probes->n; i++) {
                http_client_free(probes->lanes[i].client);
                http_response_clear(&probes->lanes[i].response);
        }
}

static void end_lane(const Probes *probes, Lane *lane, CURLcode code)
{
        HttpProbe *probe = lane->probe;
        HttpResponse *response = &lane->response;
        const HttpTls *tls = http_try_tls(lane->client);
        int result = http_try_end(lane->client, &lane->spec, code, probes->deadline, response, &probe->err);

        probe->reached = result == 0 || (response->status > 0 && !response->proxy_failed);
        probe->failed_at = response->failed_at;
        probe->proxy_failed = response->proxy_failed;
        probe->starts_in_s = response->starts_in_s;
        if (tls->presented)
                probe->presented = tls->certificate;
}

static int begin_lane(Probes *probes, const Host *host, HttpProbe *probe, Error *err)
{
        Lane *lane = &probes->lanes[probes->n++];

        lane->probe = probe;
        lane->client = http_client_new(host);
        lane->spec = (HttpSpec){ .url = probe->url, .proxy = probe->proxy, .no_proxy = probe->no_proxy };
        if (http_try_begin(lane->client, &lane->spec, probes->deadline, &lane->response, &lane->curl, err) < 0)
                return -1;
        curl_easy_setopt(lane->curl, CURLOPT_NOBODY, 1L);
        curl_easy_setopt(lane->curl, CURLOPT_FOLLOWLOCATION, 0L);
        curl_easy_setopt(lane->curl, CURLOPT_FORBID_REUSE, 1L);
        curl_easy_setopt(lane->curl, CURLOPT_SSL_SESSIONID_CACHE, 0L); /* a resumed one presents no certificate */
        if (!probes->multi)
                probes->multi = curl_multi_init();
        if (!probes->multi || curl_multi_add_handle(probes->multi, lane->curl) != CURLM_OK)
                abort(); /* memory */
        return 0;
}

static void take_results(Probes *probes)
{
        CURLMsg *message;
        int left;
        size_t i;

        while ((message = curl_multi_info_read(probes->multi, &left)))
                for (i = 0; i < probes->n; i++)
                        if (message->msg == CURLMSG_DONE && probes->lanes[i].curl == message->easy_handle)
                                end_lane(probes, &probes->lanes[i], message->data.result);
}

static int perform(Probes *probes, const Host *host, Error *err)
{
        int running = 0, ready = 0;

        for (;;) {
                if (curl_multi_perform(probes->multi, &running) != CURLM_OK)
                        return error_set(err, ERROR_NETWORK, "libcurl cannot ask several servers at once");
                take_results(probes);
                host_waits(host);
                if (host_stopping(host))
                        return error_set(err, ERROR_STOPPED, "asked to stop while waiting for servers to answer");
                if (running == 0)
                        return 0;
                curl_multi_wait(probes->multi, NULL, 0, POLL_MS, &ready);
                if (ready == 0 && host_wait(host, IDLE_MS, DEADLINE_NEVER, err) < 0)
                        return -1;
        }
}

int http_probe_all(const Host *host, HttpProbe *probes, size_t n, Deadline deadline, Error *err)
{
        _cleanup_(probes_clear) Probes all = { .deadline = deadline };
        size_t i;

        for (i = 0; i < n && i < HTTP_PROBES_MAX; i++) {
                probes[i].reached = probes[i].proxy_failed = false;
                probes[i].failed_at = HTTP_STAGE_NONE;
                probes[i].starts_in_s = 0;
                probes[i].err = (Error){ 0 };
                probes[i].presented = (CryptoCertificate){ 0 };
                if (begin_lane(&all, host, &probes[i], err) < 0)
                        return -1;
        }
        return all.n > 0 ? perform(&all, host, err) : 0;
}
