#include "services/gateway/gateway.h"

#include <thread>

#include "services/gateway/api_key_service.h"
#include "services/gateway/feed/feed_rest.h"
#include "services/gateway/saved_view_service.h"
#include "services/gateway/session_service.h"
#include "services/gateway/status_service.h"
#include "services/gateway/team_service.h"
#include "vefa/campaign/v1/campaign_events.pb.h"
#include "vefa/campaign/v1/campaign_service.pb.h"
#include "vefa/contact/v1/affiliation_service.pb.h"
#include "vefa/contact/v1/attribute_service.pb.h"
#include "vefa/contact/v1/boundary_service.pb.h"
#include "vefa/contact/v1/confirmation_service.pb.h"
#include "vefa/contact/v1/consent_service.pb.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/contact/v1/contact_point_service.pb.h"
#include "vefa/contact/v1/contact_service.pb.h"
#include "vefa/contact/v1/contact_personal.pb.h"
#include "vefa/contact/v1/duplicate_service.pb.h"
#include "vefa/contact/v1/merge_service.pb.h"
#include "vefa/contact/v1/identity_service.pb.h"
#include "vefa/contact/v1/import_service.pb.h"
#include "vefa/contact/v1/lifecycle_service.pb.h"
#include "vefa/contact/v1/iys_service.pb.h"
#include "vefa/contact/v1/note_service.pb.h"
#include "vefa/contact/v1/organization_service.pb.h"
#include "vefa/contact/v1/person_export_service.pb.h"
#include "vefa/contact/v1/pii_key_service.pb.h"
#include "vefa/contact/v1/interest_service.pb.h"
#include "vefa/contact/v1/persona_service.pb.h"
#include "vefa/contact/v1/preference_service.pb.h"
#include "vefa/contact/v1/processing_inventory_service.pb.h"
#include "vefa/contact/v1/processing_limit_service.pb.h"
#include "vefa/contact/v1/purpose_service.pb.h"
#include "vefa/contact/v1/relationship_service.pb.h"
#include "vefa/contact/v1/retention_service.pb.h"
#include "vefa/contact/v1/rights_service.pb.h"
#include "vefa/contact/v1/score_service.pb.h"
#include "vefa/contact/v1/suppression_service.pb.h"
#include "vefa/event/v1/event_feed_service.pb.h"
#include "vefa/event/v1/event_log_service.pb.h"
#include "vefa/event/v1/event_operations_service.pb.h"
#include "vefa/gateway/v1/api_key_service.pb.h"
#include "vefa/gateway/v1/saved_view_service.pb.h"
#include "vefa/gateway/v1/session_service.pb.h"
#include "vefa/gateway/v1/status_service.pb.h"
#include "vefa/gateway/v1/team_service.pb.h"
#include "vefa/gateway/v1/user_service.pb.h"
#include "vefa/interaction/v1/interaction_events.pb.h"
#include "vefa/interaction/v1/interaction_service.pb.h"
#include "vefa/notification/v1/notification_events.pb.h"
#include "vefa/notification/v1/notification_service.pb.h"

std::vector<vefa::postgres::Migration> vefa_events_migrations();
std::vector<vefa::postgres::Migration> vefa_gateway_migrations();

namespace vefa::gateway {
namespace {

constexpr std::chrono::milliseconds kReadyTimeout(2000);
constexpr size_t kStreamsMax = 256;
constexpr size_t kQueuePerWorker = 32;
constexpr size_t kPageBodyLimit = 16 * 1024;
constexpr size_t kPreferenceBodyLimit = 64 * 1024;  // 200 topics, each shown and chosen.

// The feed's pages, its thread, the ends of sessions and one more, beside the workers.
constexpr int kFeedConnections = 6;

std::vector<postgres::Migration> NeededSchema() {
  std::vector<postgres::Migration> all = vefa_events_migrations();
  std::vector<postgres::Migration> own = vefa_gateway_migrations();
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

FeedSettings FeedOf(const Settings& settings) {
  FeedSettings feed;
  feed.pump = settings.postgres_pump;
  feed.grpc_address = settings.grpc_address;
  feed.brokers = settings.brokers;
  feed.topics = settings.feed_topics;
  feed.transport = settings.transport;
  feed.ledgers = {{"vefa.contact.v1", settings.contact},
                  {"vefa.interaction.v1", settings.interaction},
                  {"vefa.campaign.v1", settings.campaign},
                  {"vefa.notification.v1", settings.notification}};
  feed.consumer = settings.feed_consumer;
  feed.days = settings.feed_days;
  feed.instance = settings.instance;
  feed.times = settings.feed_times;
  return feed;
}

// An answer that may take long to come, on a thread of its own.
http::Route Waiting(http::Route route) {
  if (!route.unary) return route;
  route.stream = [unary = std::move(route.unary)](http::Exchange& exchange) {
    http::Response response = unary(exchange.request());
    if (exchange.Begin(response.status, response.headers).ok()) static_cast<void>(exchange.Write(response.body).ok());
  };
  route.unary = nullptr;
  return route;
}

// Every event message. Naming them also keeps their descriptors in the program, to write them as JSON.
std::vector<const google::protobuf::Descriptor*> Events() {
  // What an opened box holds, too.
  google::protobuf::LinkMessageReflection<contact::v1::ContactPersonal>();
  return {contact::v1::ContactEvent::descriptor(), interaction::v1::InteractionEvent::descriptor(),
          campaign::v1::CampaignEvent::descriptor(), notification::v1::NotificationEvent::descriptor()};
}

// The services whose RPCs are reachable, by a message of each file: naming one also keeps its
// descriptors from being left out of the program.
std::vector<const google::protobuf::ServiceDescriptor*> Services() {
  return {v1::GetSessionRequest::descriptor()->file()->service(0),
          v1::ApiKey::descriptor()->file()->service(0),
          v1::GetStatusRequest::descriptor()->file()->service(0),
          v1::Team::descriptor()->file()->service(0),
          v1::User::descriptor()->file()->service(0),
          v1::SavedView::descriptor()->file()->service(0),
          event::v1::ListEventsRequest::descriptor()->file()->service(0),
          event::v1::GetEventLogStatusRequest::descriptor()->file()->service(0),
          event::v1::GetOutboxRequest::descriptor()->file()->service(0),
          contact::v1::GetContactRequest::descriptor()->file()->service(0),
          contact::v1::BatchGetPiiKeysRequest::descriptor()->file()->service(0),
          contact::v1::AddContactPointRequest::descriptor()->file()->service(0),
          contact::v1::CheckConsentRequest::descriptor()->file()->service(0),
          contact::v1::CreateAttributeDefinitionRequest::descriptor()->file()->service(0),
          contact::v1::ListDuplicatesRequest::descriptor()->file()->service(0),
          contact::v1::MergeContactsRequest::descriptor()->file()->service(0),
          contact::v1::CreateImportRequest::descriptor()->file()->service(0),
          contact::v1::SetLifecycleStageRequest::descriptor()->file()->service(0),
          contact::v1::CreatePurposeRequest::descriptor()->file()->service(0),
          contact::v1::AddSuppressionRequest::descriptor()->file()->service(0),
          contact::v1::GetPreferencesRequest::descriptor()->file()->service(0),
          contact::v1::ConfirmConsentRequest::descriptor()->file()->service(0),
          contact::v1::IdentifyContactRequest::descriptor()->file()->service(0),
          contact::v1::GetRightsRequestRequest::descriptor()->file()->service(0),
          contact::v1::ExportPersonRequest::descriptor()->file()->service(0),
          contact::v1::GetProcessingLimitsRequest::descriptor()->file()->service(0),
          contact::v1::GetProcessingInventoryRequest::descriptor()->file()->service(0),
          contact::v1::PreviewRetentionRequest::descriptor()->file()->service(0),
          contact::v1::ListInterestsRequest::descriptor()->file()->service(0),
          contact::v1::ListContactScoresRequest::descriptor()->file()->service(0),
          contact::v1::ListPersonasRequest::descriptor()->file()->service(0),
          contact::v1::GetOrganizationRequest::descriptor()->file()->service(0),
          contact::v1::GetAffiliationRequest::descriptor()->file()->service(0),
          contact::v1::GetRelationshipRequest::descriptor()->file()->service(0),
          contact::v1::GetBoundaryRequest::descriptor()->file()->service(0),
          contact::v1::AddNoteRequest::descriptor()->file()->service(0), contact::v1::GetIysAccountRequest::descriptor()->file()->service(0),
          interaction::v1::GetScoreRequest::descriptor()->file()->service(0),
          campaign::v1::GetCampaignRequest::descriptor()->file()->service(0),
          notification::v1::GetMessageRequest::descriptor()->file()->service(0)};
}

}  // namespace

Settings ReadSettings(config::Environment& environment) {
  Settings settings;
  service::ReadCommon(environment, "gateway", settings);
  settings.http_address = environment.Require("VEFA_HTTP_ADDRESS", "host:port");
  if (settings.public_url.empty()) settings.public_url = "http://" + settings.http_address;
  settings.redis_address = redis::ReadAddress(environment);
  settings.contact = service::RequirePeer(environment, "contact");
  settings.interaction = service::RequirePeer(environment, "interaction");
  settings.campaign = service::RequirePeer(environment, "campaign");
  settings.notification = service::RequirePeer(environment, "notification");
  settings.web_root = environment.Get("VEFA_WEB_ROOT", "", "a folder; none: no console");
  settings.tenant_calls_per_second = environment.GetInt("VEFA_TENANT_CALLS_PER_SECOND", 2000, 0, 1000000);
  settings.local_share = environment.GetInt("VEFA_LOCAL_LIMIT_PERCENT", 50, 1, 100) / 100.0;
  settings.events_volatile = environment.GetFlag("VEFA_EVENTS_VOLATILE");
  settings.feed_days = environment.GetInt("VEFA_FEED_DAYS", 7, 1, 365);
  environment.RefuseUnknown();
  settings.all = environment.settings();
  return settings;
}

Result<std::unique_ptr<Gateway>> Gateway::Create(Settings settings) {
  VEFA_TRY(RouteTable routes, RouteTable::Build(Services()));
  return std::unique_ptr<Gateway>(new Gateway(std::move(settings), std::move(routes)));
}

// What the gateway calls is measured.
Settings Gateway::Measured(Settings settings, telemetry::Metrics& metrics) {
  settings.transport.MeasureBy(metrics);
  return settings;
}

Gateway::Gateway(Settings settings, RouteTable routes)
    : settings_(Measured(std::move(settings), metrics_)),
      exporter_(otlp::Exporter::Start(settings_.traces, metrics_)),
      https_(settings_.public_url.starts_with("https://")),
      database_(settings_.postgres, settings_.workers + kFeedConnections),
      schema_(database_, NeededSchema()),
      redis_(settings_.redis_address, {&redis::RateLimiter::script()}, &metrics_),
      limiter_(redis_, settings_.local_share, &metrics_),
      limits_(limiter_, settings_.tenant_calls_per_second, metrics_),
      key_(settings_.principal_key),
      tenants_(database_),
      ends_(database_),
      sessions_(database_, redis_, tenants_, ends_, clock_),
      keys_(database_, redis_, tenants_, ends_, key_.secret(), clock_),
      callers_(sessions_, keys_, limits_, clock_),
      contact_("contact", settings_.contact, settings_.transport),
      interaction_("interaction", settings_.interaction, settings_.transport),
      campaign_("campaign", settings_.campaign, settings_.transport),
      notification_("notification", settings_.notification, settings_.transport),
      self_("gateway", settings_.grpc_address),
      api_(std::move(routes), callers_, key_, CookiePolicy{https_}, metrics_),
      feed_(FeedOf(settings_), database_, callers_, key_, tenants_, metrics_, clock_),
      events_(feed_.calls(), callers_, CookiePolicy{https_}),
      pages_(notification_),
      preferences_(contact_),
      confirmations_(contact_),
      catalog_(database_, Events()),
      console_(settings_.web_root) {
  AddSessionService(api_, sessions_, CookiePolicy{https_}, settings_.events_volatile);
  AddApiKeyService(api_, keys_);
  AddTeamService(api_, database_, clock_);
  AddSavedViewService(api_, database_, clock_, key_.secret());
  AddStatusService(api_, {&contact_, &interaction_, &campaign_, &notification_}, key_, settings_.events_volatile);
  AddFeedCalls(api_, feed_.calls());
  for (Upstream* upstream : {&contact_, &interaction_, &campaign_, &notification_})
    for (const auto* offered : Services())
      if (offered->full_name().starts_with("vefa." + std::string(upstream->name()) + ".v1.")) api_.AddUpstream(offered->full_name(), *upstream);
  for (Upstream* upstream : {&contact_, &interaction_, &campaign_, &notification_})
    for (const char* offered : {"vefa.event.v1.EventLogService", "vefa.event.v1.EventOperationsService"})
      api_.AddReplica(offered, upstream->name(), *upstream);
  api_.AddReplica("vefa.event.v1.EventOperationsService", self_.name(), self_);
  api_.CheckComplete();
  metrics_.AddGauge("vefa_build_info", "Always 1; the version is a label.", {{"version", VEFA_VERSION}}).Set(1);
}

http::Route Gateway::Guarded(http::Route route) const {
  if (!route.unary) return route;
  route.unary = [inner = std::move(route.unary), https = https_](const http::Request& request) {
    http::Response response = inner(request);
    AddSecurityHeaders(response, https);
    return response;
  };
  return route;
}

http::Route Gateway::Choose(const http::Request& head) {
  http::Route route;
  if (head.path == "/v1/events:stream") {
    route.stream = [this](http::Exchange& exchange) { events_.Run(exchange); };
  } else if (head.path == "/v1" || head.path.starts_with("/v1/")) {
    route = api_.Choose(head);
    if (MayWait(head)) route = Waiting(Guarded(std::move(route)));
  } else if (CatalogPages::Owns(head.path)) {
    route.unary = [this](const http::Request& request) { return catalog_.Serve(request); };
    route.body_limit = 0;
  } else if (PublicPages::Owns(head.path)) {
    route.unary = [this](const http::Request& request) { return pages_.Serve(request); };
    route.body_limit = kPageBodyLimit;
  } else if (PreferencePages::Owns(head.path)) {
    route.unary = [this](const http::Request& request) { return preferences_.Serve(request); };
    route.body_limit = kPreferenceBodyLimit;
  } else if (ConfirmationPages::Owns(head.path)) {
    route.unary = [this](const http::Request& request) { return confirmations_.Serve(request); };
    route.body_limit = kPageBodyLimit;
  } else {
    route.unary = [this](const http::Request& request) { return console_.Serve(request); };
    route.body_limit = 0;
  }
  return Guarded(std::move(route));
}

Status Gateway::Ready() {
  if (draining_) return Unavailable("DRAINING", "The gateway is stopping.");
  VEFA_TRY_OK(database_.Ping(Deadline::After(kReadyTimeout)));
  return schema_.Ready(Deadline::After(kReadyTimeout));
}

Status Gateway::Start() {
  VEFA_TRY(ops_, service::OpsPort::Start(settings_.ops_address, {"gateway", [this] { return Ready(); }, &metrics_, settings_.all}));
  http::ServerOptions options;
  options.address = settings_.http_address;
  // A worker waits for its service most of the time, so there are more of them than the services have.
  options.workers = static_cast<size_t>(settings_.workers) * 2;
  options.queue = kQueuePerWorker * options.workers;
  options.streams_max = kStreamsMax;
  VEFA_TRY(server_, http::Server::Start(options, [this](const http::Request& head) { return Choose(head); }));
  VEFA_TRY_OK(feed_.Start());
  return Ok();
}

void Gateway::Stop() {
  draining_ = true;
  // Whatever follows our readiness sends nothing more by then.
  std::this_thread::sleep_for(settings_.drain_notice);
  feed_.BeginStop();
  if (server_) server_->Stop();
  feed_.Stop();
  if (exporter_) exporter_->Stop();
  if (ops_) ops_->Stop();
}

}  // namespace vefa::gateway
