// What each setting is for: the words of docs/settings.md. A setting that a service reads and that has no line here fails a test.
#include <map>

#include "libs/config/command_line.h"

namespace vefa::config {
namespace {

const std::map<std::string, const char*>& Catalog() {
  static const std::map<std::string, const char*> all{
      {"OTEL_BSP_SCHEDULE_DELAY", "How long spans are gathered before they are sent, in milliseconds"},
      {"OTEL_EXPORTER_OTLP_ENDPOINT", "The collector that traces are sent to, with OTLP's path behind it"},
      {"OTEL_EXPORTER_OTLP_HEADERS", "Sent along with every request to the collector"},
      {"OTEL_EXPORTER_OTLP_PROTOCOL", "How the collector is spoken to"},
      {"OTEL_EXPORTER_OTLP_TIMEOUT", "How long the collector may take for a request, in milliseconds"},
      {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "The same for traces alone, as it is"},
      {"OTEL_RESOURCE_ATTRIBUTES", "What every span says of this process"},
      {"OTEL_SDK_DISABLED", "No traces, whatever else is set"},
      {"OTEL_SERVICE_NAME", "The service in every span"},
      {"OTEL_TRACES_SAMPLER", "Which traces are recorded"},
      {"OTEL_TRACES_SAMPLER_ARG", "The share of a sampler by ratio"},
      {"VEFA_CAMPAIGN_ADDRESS", "Where campaign's gRPC is"},
      {"VEFA_CONFIG_FILE", "Settings that the environment does not name"},
      {"VEFA_CONNECTION_AGE_SECONDS", "When a client's connection is renewed, so that a new replica gets its share"},
      {"VEFA_CONTACT_ADDRESS", "Where contact's gRPC is"},
      {"VEFA_DRAIN_NOTICE_MS", "Between \"not ready\" and the end of accepting"},
      {"VEFA_EVENTS_VOLATILE", "Whether the console is told that Kafka is a stand-in that keeps nothing over a restart"},
      {"VEFA_FEED_DAYS", "How many days of events the feed keeps"},
      {"VEFA_GRPC_ADDRESS", "Where gRPC is served"},
      {"VEFA_HTTP_ADDRESS", "Where REST, the streams and the console are served"},
      {"VEFA_IDEMPOTENCY_HOURS", "How long an answer is kept for who asks again with the same request id"},
      {"VEFA_INSTANCE", "A name among the replicas that a process keeps over restarts: it has its partitions back at once"},
      {"VEFA_INTERACTION_ADDRESS", "Where interaction's gRPC is"},
      {"VEFA_IYS_URL", "Where IYS is reached: in clear, through a TLS proxy to its interface"},
      {"VEFA_KAFKA_BROKERS", "Kafka's brokers to begin with"},
      {"VEFA_LEDGER_DAYS", "How long events are kept in the ledger; 0 for ever"},
      {"VEFA_LOCAL_LIMIT_PERCENT", "What share of a rate limit each gateway allows by itself while Redis is away"},
      {"VEFA_LOG_LEVEL", "The lowest level that is written; /logz changes it while the service runs"},
      {"VEFA_MAIL_FROM", "The sender of every mail"},
      {"VEFA_NOTIFICATION_ADDRESS", "Where notification's gRPC is"},
      {"VEFA_OPS_ADDRESS", "Where probes, metrics and the settings in force are served"},
      {"VEFA_PII_KEY_FILE", "The key that wraps the tenants' keys of personal data"},
      {"VEFA_POSTGRES", "The database, as the role `<database>_service`"},
      {"VEFA_POSTGRES_FILE", "The same from a file"},
      {"VEFA_POSTGRES_PUMP", "The database, as the role `<database>_pump`"},
      {"VEFA_POSTGRES_PUMP_FILE", "The same from a file"},
      {"VEFA_PRINCIPAL_KEY_FILE", "The key that signs on whose behalf a call is made; the same everywhere"},
      {"VEFA_PUBLIC_URL", "Where the gateway is reached from outside: in links of mails and in `ce_dataschema` of events"},
      {"VEFA_REDIS_ADDRESS", "Where Redis is, and how one signs in to it"},
      {"VEFA_REDIS_ADDRESS_FILE", "The same from a file"},
      {"VEFA_RELAY_LEASES", "Whether this process publishes only the lanes it has leased; `off` where one relay is all there is"},
      {"VEFA_SMTP_ADDRESS", "The mail server that takes what is to be delivered"},
      {"VEFA_SMTP_CONNECTIONS", "Connections to the mail server at once"},
      {"VEFA_SMTP_MAILS_PER_CONNECTION", "Mails on one connection before it is renewed"},
      {"VEFA_STATE_DIR", "Where the flight file lies: what was certainly sent when the process died"},
      {"VEFA_TENANT_CALLS_PER_SECOND", "How many calls a tenant may make in a second; 0 for any number"},
      {"VEFA_TLS_DIR",
       "Mutual TLS between the services: a folder with `tls.crt`, `tls.key`, `ca.crt`, read again within 3 s when renewed. The name"
       " that is called must be in the certificate; the gateway's own ports stay plain"},
      {"VEFA_TOKEN_KEY_FILE", "The key of the tokens in unsubscribe links"},
      {"VEFA_TOPIC_PARTITIONS", "Partitions of the event topics; another number in Kafka stops the relay"},
      {"VEFA_VERIFY_MINUTES", "How often projections are compared with their events; 0 never"},
      {"VEFA_WEB_ROOT", "The console's built pages"},
      {"VEFA_WORKERS", "Calls worked on at once"},
  };
  return all;
}

}  // namespace

std::string DescriptionOf(const std::string& name) {
  auto found = Catalog().find(name);
  return found == Catalog().end() ? "" : found->second;
}

}  // namespace vefa::config
