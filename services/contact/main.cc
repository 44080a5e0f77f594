#include "libs/service/host.h"
#include "services/contact/attribute/attribute_service.h"
#include "services/contact/confirmation/confirmation_service.h"
#include "services/contact/consent/chain_keeper.h"
#include "services/contact/consent/consent_service.h"
#include "services/contact/consent/proof_key.h"
#include "services/contact/affiliation/affiliation_service.h"
#include "services/contact/boundary/boundary_service.h"
#include "services/contact/contact_events.h"
#include "services/contact/contact_fold.h"
#include "services/contact/contact_service.h"
#include "services/contact/duplicate/duplicate_handler.h"
#include "services/contact/duplicate/duplicate_service.h"
#include "services/contact/identity/identity_service.h"
#include "services/contact/importing/import_service.h"
#include "services/contact/interest/interest_service.h"
#include "services/contact/iys/iys_client.h"
#include "services/contact/iys/iys_service.h"
#include "services/contact/lifecycle/lifecycle_service.h"
#include "services/contact/merge/merge_service.h"
#include "services/contact/note/note_service.h"
#include "services/contact/open_box.h"
#include "services/contact/organization/organization_service.h"
#include "services/contact/pii_key_service.h"
#include "services/contact/persona/persona_service.h"
#include "services/contact/preference/preference_service.h"
#include "services/contact/purpose/purpose_service.h"
#include "services/contact/point/point_service.h"
#include "services/contact/rating/rating_loop.h"
#include "services/contact/retention/activity_handler.h"
#include "services/contact/retention/retention_clock.h"
#include "services/contact/retention/retention_service.h"
#include "services/contact/score/score_service.h"
#include "services/contact/search/search_handler.h"
#include "services/contact/search/search_sweep.h"
#include "services/contact/sight/contact_sight.h"
#include "services/contact/relationship/relationship_service.h"
#include "services/contact/relationship/unaccountable_gauge.h"
#include "services/contact/right/inventory_service.h"
#include "services/contact/right/limit_service.h"
#include "services/contact/right/overdue_gauge.h"
#include "services/contact/right/person_export_service.h"
#include "services/contact/right/rights_service.h"
#include "services/contact/suppression/bounce_handler.h"
#include "services/contact/suppression/hash_sweep.h"
#include "services/contact/suppression/suppression_service.h"
#include "services/contact/unsubscribe_handler.h"
#include "vefa/contact/v1/contact_events.pb.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();

namespace {

using namespace vefa::contact;
using vefa::service::Host;

struct ContactSettings {
  std::string pii_key;
  std::string redis_address;  // Empty: no copies.
  std::optional<vefa::http::Url> iys;  // Where IYS is, behind a TLS proxy; nowhere: no tenant can have an account there.
};

std::optional<vefa::http::Url> ReadIysUrl(vefa::config::Environment& environment) {
  const std::string text = environment.Get("VEFA_IYS_URL", "", "http://host:port; none: no IYS");
  if (text.empty()) return std::nullopt;
  auto url = vefa::http::ParseUrl(text);
  if (url.ok()) return *url;
  environment.Mistake("VEFA_IYS_URL: " + url.error().message);
  return std::nullopt;
}

ContactSettings ReadSettings(vefa::config::Environment& environment) {
  return {environment.RequireKey("VEFA_PII_KEY_FILE", 32), vefa::redis::ReadAddress(environment, "no copies"), ReadIysUrl(environment)};
}

vefa::contact::IysConnect ConnectTo(const std::optional<vefa::http::Url>& url) {
  if (!url) return nullptr;
  return [url = *url](const IysAccount& account, vefa::Personal<std::string> password) -> std::unique_ptr<IysRegistry> {
    return std::make_unique<IysClient>(url, account, std::move(password));
  };
}

// Where copies are, if they are anywhere.
struct Copies {
  Copies(Host& host, const ContactSettings& settings) {
    if (settings.redis_address.empty()) return;
    redis.emplace(settings.redis_address, std::vector{&vefa::redis::Cache::script()}, &host.metrics());
    cache.emplace(*redis, "contact", &host.metrics());
    copies = ContactCopies(&*cache, settings.pii_key);
  }
  std::optional<vefa::redis::Client> redis;
  std::optional<vefa::redis::Cache> cache;
  ContactCopies copies;
};

// What the parts below are made with.
struct Means {
  Host& host;
  PiiKeys& keys;
  AttributeCatalog& catalog;
  const ContactCopies& copies;
  const ContactLinks& links;
  const ContactChanger& changer;
};

// The record, its points and identities, duplicates, merges and imports.
struct Records {
  explicit Records(const Means& m)
      : contacts(m.host.AddDoor("vefa.contact.v1.ContactService"), m.host.database(), m.keys, m.catalog, m.copies, m.links, &m.host.relay(),
                 m.host.clock(), m.host.key().secret()),
        points(m.host.AddDoor("vefa.contact.v1.ContactPointService"), m.host.database(), m.changer, m.host.clock()),
        identities(m.host.AddDoor("vefa.contact.v1.IdentityService"), m.host.database(), m.keys, m.catalog, m.copies, &m.host.relay(),
                   m.host.clock()),
        attributes(m.host.AddDoor("vefa.contact.v1.AttributeService"), m.host.database(), m.catalog, m.host.clock()),
        pii_keys(m.host.AddDoor("vefa.contact.v1.PiiKeyService"), m.keys),
        duplicates(m.host.AddDoor("vefa.contact.v1.DuplicateService"), m.host.database(), m.host.clock(), m.host.key().secret()),
        merges(m.host.AddDoor("vefa.contact.v1.MergeService"), m.host.database(), m.keys, m.catalog, m.copies, &m.host.relay(), m.host.clock()),
        imports(m.host.AddDoor("vefa.contact.v1.ImportService"), m.host.database(), m.keys, m.catalog, m.copies, &m.host.relay(),
                m.host.clock(), m.host.key().secret()),
        searches(m.host.clock()),
        sweep(m.host.pump(), m.host.metrics()) {
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{&contacts, &points, &identities, &attributes, &pii_keys, &duplicates,
                                                                        &merges, &imports})
      m.host.AddService(*service);
    m.host.Subscribe(DuplicateHandler::kConsumer, {"vefa.contact.v1"}, searches);
    m.host.Subscribe(SearchHandler::kConsumer, {"vefa.contact.v1"}, words);
    m.host.OnStop([this] { sweep.Stop(); });
  }

  ContactService contacts;
  PointService points;
  IdentityService identities;
  AttributeService attributes;
  PiiKeyService pii_keys;
  DuplicateService duplicates;
  MergeService merges;
  ImportService imports;
  DuplicateHandler searches;
  SearchHandler words;
  SearchSweep sweep;
};

// Whether, how often and about what people may be written to, and what proves it.
struct Permissions {
  Permissions(const Means& m, const vefa::crypto::SigningKey& proof_key)
      : consents(m.host.AddDoor("vefa.contact.v1.ConsentService"), m.host.database(), m.keys, proof_key, m.host.clock()),
        purposes(m.host.AddDoor("vefa.contact.v1.PurposeService"), m.host.database(), &m.host.relay(), m.host.clock(), m.host.key().secret()),
        suppressions(m.host.AddDoor("vefa.contact.v1.SuppressionService"), m.host.database(), m.keys, m.host.clock(), m.host.key().secret()),
        preferences(m.host.AddDoor("vefa.contact.v1.PreferenceService"), m.host.database(), m.copies, m.links.preferences, &m.host.relay(),
                    m.host.clock()),
        confirmations(m.host.AddDoor("vefa.contact.v1.ConfirmationService"), m.host.database(), m.keys, m.copies, m.links.confirmations,
                      m.changer, &m.host.relay(), m.host.clock()),
        unsubscribes(&m.host.relay(), m.copies, m.host.clock()),
        bounces(m.host.clock()),
        chains(m.host.pump(), m.keys, proof_key, m.host.clock(), m.host.metrics()),
        hashes(m.host.pump(), m.keys) {
    for (grpc::Service* service :
         std::initializer_list<grpc::Service*>{&consents, &purposes, &suppressions, &preferences, &confirmations})
      m.host.AddService(*service);
    m.host.Subscribe("contact.unsubscribe.v1", {"vefa.notification.v1"}, unsubscribes);
    m.host.Subscribe(BounceHandler::kConsumer, {"vefa.notification.v1"}, bounces);
    m.host.OnStop([this] {
      hashes.Stop();
      chains.Stop();
    });
  }

  ConsentService consents;
  PurposeService purposes;
  SuppressionService suppressions;
  PreferenceService preferences;
  ConfirmationService confirmations;
  UnsubscribeHandler unsubscribes;
  BounceHandler bounces;
  ChainKeeper chains;
  HashSweep hashes;
};

// What Turkey's register of consents is told, and tells.
struct Register {
  Register(const Means& m, const std::optional<vefa::http::Url>& url)
      : keeper(m.host.database(), m.keys, ConnectTo(url), m.copies, &m.host.relay(), m.host.clock()),
        loop(m.host.pump(), m.host.database(), keeper, m.host.clock(), m.host.metrics()),
        changes(loop),
        iys(m.host.AddDoor("vefa.contact.v1.IysService"), m.host.database(), m.keys, keeper, &loop, m.host.clock(), m.host.key().secret()) {
    m.host.AddService(iys);
    m.host.Subscribe(IysHandler::kConsumer, {"vefa.contact.v1"}, changes);
    m.host.OnStop([this] { loop.Stop(); });
  }

  const IysKeeper keeper;
  IysLoop loop;
  IysHandler changes;
  IysService iys;
};

// Organisations, and who is what to whom.
struct Parties {
  explicit Parties(Host& host)
      : organizations(host.AddDoor("vefa.contact.v1.OrganizationService"), host.database(), &host.relay(), host.clock(), host.key().secret()),
        affiliations(host.AddDoor("vefa.contact.v1.AffiliationService"), host.database(), &host.relay(), host.clock(), host.key().secret()),
        relationships(host.AddDoor("vefa.contact.v1.RelationshipService"), host.database(), &host.relay(), host.clock(), host.key().secret()),
        boundaries(host.AddDoor("vefa.contact.v1.BoundaryService"), host.database(), &host.relay(), host.clock(), host.key().secret()),
        notes(host.AddDoor("vefa.contact.v1.NoteService"), host.database(), &host.relay(), host.clock(), host.key().secret()),
        unaccountable(host.pump(), host.metrics()) {
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{&organizations, &affiliations, &relationships, &boundaries, &notes})
      host.AddService(*service);
    host.OnStop([this] { unaccountable.Stop(); });
  }

  OrganizationService organizations;
  AffiliationService affiliations;
  RelationshipService relationships;
  BoundaryService boundaries;
  NoteService notes;
  UnaccountableGauge unaccountable;
};

// Where people stand: stages, interests, scores and personas.
struct Ratings {
  explicit Ratings(const Means& m)
      : rater(m.host.database(), m.keys, m.catalog, m.copies, &m.host.relay(), m.host.clock()),
        loop(m.host.pump(), rater, m.host.clock(), m.host.metrics()),
        rated(loop),
        lifecycle(m.host.AddDoor("vefa.contact.v1.LifecycleService"), m.host.database(), m.changer, m.catalog, &loop, m.host.clock(),
                  m.host.key().secret()),
        interests(m.host.AddDoor("vefa.contact.v1.InterestService"), m.host.database(), m.copies, &m.host.relay(), m.host.clock()),
        scores(m.host.AddDoor("vefa.contact.v1.ScoreService"), m.host.database(), &loop, m.host.clock(), m.host.key().secret()),
        personas(m.host.AddDoor("vefa.contact.v1.PersonaService"), m.host.database(), &loop, m.host.clock()) {
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{&lifecycle, &interests, &scores, &personas})
      m.host.AddService(*service);
    m.host.Subscribe(RatingHandler::kConsumer, {"vefa.contact.v1"}, rated);
    m.host.OnStop([this] { loop.Stop(); });
  }

  const Rater rater;
  RatingLoop loop;
  RatingHandler rated;
  LifecycleService lifecycle;
  InterestService interests;
  ScoreService scores;
  PersonaService personas;
};

// What people have by their rights, and how long they are kept.
struct Rights {
  explicit Rights(const Means& m)
      : requests(m.host.AddDoor("vefa.contact.v1.RightsService"), m.host.database(), m.keys, m.copies, &m.host.relay(), m.host.clock(),
                 m.host.key().secret()),
        limits(m.host.AddDoor("vefa.contact.v1.ProcessingLimitService"), m.host.database(), m.copies, &m.host.relay(), m.host.clock()),
        documents(m.host.AddDoor("vefa.contact.v1.PersonExportService"), m.host.database(), m.keys, &m.host.relay(), m.host.clock()),
        inventory(m.host.AddDoor("vefa.contact.v1.ProcessingInventoryService"), m.host.database(), m.host.clock()),
        runner(m.host.database(), m.keys, m.copies, &m.host.relay(), m.host.clock()),
        retention(m.host.AddDoor("vefa.contact.v1.RetentionService"), m.host.database(), runner, m.host.clock()),
        clock(m.host.pump(), m.host.database(), runner, m.host.clock(), m.host.metrics()),
        overdue(m.host.pump(), m.host.metrics(), m.host.clock()) {
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{&requests, &limits, &documents, &inventory, &retention})
      m.host.AddService(*service);
    m.host.Subscribe(ActivityHandler::kConsumer, {"vefa.interaction.v1"}, orders);
    m.host.OnStop([this] {
      overdue.Stop();
      clock.Stop();
    });
  }

  RightsService requests;
  ProcessingLimitService limits;
  PersonExportService documents;
  ProcessingInventoryService inventory;
  const RetentionRunner runner;
  RetentionService retention;
  RetentionClock clock;
  ActivityHandler orders;
  OverdueGauge overdue;
};

}  // namespace

int main(int argc, char** argv) {
  vefa::config::Environment environment;
  vefa::config::CommandLine command_line(argc, argv, environment);
  ContactSettings settings = ReadSettings(environment);
  Host host(ContactSource(), environment, command_line);
  const Copies copies(host, settings);
  const ContactLinks links(settings.pii_key);
  const vefa::crypto::SigningKey proof_key = MakeProofKey(settings.pii_key);
  PiiKeys keys(host.database(), host.clock(), std::move(settings.pii_key));
  AttributeCatalog catalog(host.database());
  const ContactChanger changer(host.database(), keys, catalog, copies.copies, &host.relay(), host.clock());
  const ContactSight sight(host.database());
  host.SeeBy(sight);
  const Means means{host, keys, catalog, copies.copies, links, changer};
  Records records(means);
  Permissions permissions(means, proof_key);
  Register iys(means, settings.iys);
  Parties parties(host);
  Ratings ratings(means);
  Rights rights(means);
  host.KeepState(v1::ContactSnapshot::default_instance(), FoldContact);
  host.OpenBoxes(OpenBoxesBy(keys));
  host.NeedSchema(vefa_contact_migrations());
  return host.Run();
}
