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
#include "services/contact/retention/retention_service.h"
#include "services/contact/score/score_service.h"
#include "services/contact/search/search_handler.h"
#include "services/contact/search/search_sweep.h"
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

struct ContactSettings {
  std::string pii_key;
  std::string redis_address;  // Empty: no copies.
};

ContactSettings ReadSettings(vefa::config::Environment& environment) {
  return {environment.RequireKey("VEFA_PII_KEY_FILE", 32), vefa::redis::ReadAddress(environment, "no copies")};
}

// What people have by their rights, and how long they are kept.
struct Rights {
  Rights(vefa::service::Host& host, vefa::contact::PiiKeys& keys, const vefa::contact::ContactCopies& copies)
      : requests(host.AddDoor("vefa.contact.v1.RightsService"), host.database(), keys, copies, &host.relay(), host.clock(), host.key().secret()),
        limits(host.AddDoor("vefa.contact.v1.ProcessingLimitService"), host.database(), copies, &host.relay(), host.clock()),
        documents(host.AddDoor("vefa.contact.v1.PersonExportService"), host.database(), keys, &host.relay(), host.clock()),
        inventory(host.AddDoor("vefa.contact.v1.ProcessingInventoryService"), host.database(), host.clock()),
        retention(host.AddDoor("vefa.contact.v1.RetentionService"), host.database(), keys, copies, &host.relay(), host.clock()),
        overdue(host.pump(), host.metrics(), host.clock()) {
    host.AddService(requests);
    host.AddService(limits);
    host.AddService(documents);
    host.AddService(inventory);
    host.AddService(retention);
    host.Subscribe(vefa::contact::ActivityHandler::kConsumer, {"vefa.interaction.v1"}, orders);
    host.OnStop([this] { overdue.Stop(); });
  }

  vefa::contact::RightsService requests;
  vefa::contact::ProcessingLimitService limits;
  vefa::contact::PersonExportService documents;
  vefa::contact::ProcessingInventoryService inventory;
  vefa::contact::RetentionService retention;
  vefa::contact::ActivityHandler orders;
  vefa::contact::OverdueGauge overdue;
};

}  // namespace

int main(int argc, char** argv) {
  vefa::config::Environment environment;
  vefa::config::CommandLine command_line(argc, argv, environment);
  ContactSettings settings = ReadSettings(environment);
  vefa::service::Host host(vefa::contact::ContactSource(), environment, command_line);
  std::optional<vefa::redis::Client> redis;
  std::optional<vefa::redis::Cache> cache;
  if (!settings.redis_address.empty()) {
    redis.emplace(settings.redis_address, std::vector{&vefa::redis::Cache::script()}, &host.metrics());
    cache.emplace(*redis, "contact", &host.metrics());
  }
  vefa::contact::ContactCopies copies = cache ? vefa::contact::ContactCopies(&*cache, settings.pii_key) : vefa::contact::ContactCopies();
  const vefa::contact::ContactLinks links(settings.pii_key);
  const vefa::crypto::SigningKey proof_key = vefa::contact::MakeProofKey(settings.pii_key);
  vefa::contact::PiiKeys keys(host.database(), host.clock(), std::move(settings.pii_key));
  vefa::contact::AttributeCatalog catalog(host.database());
  vefa::contact::ContactService contacts(host.AddDoor("vefa.contact.v1.ContactService"), host.database(), keys, catalog,
                                         copies, links, &host.relay(), host.clock(), host.key().secret());
  vefa::contact::ContactChanger changer(host.database(), keys, catalog, copies, &host.relay(), host.clock());
  vefa::contact::PointService points(host.AddDoor("vefa.contact.v1.ContactPointService"), host.database(), changer, host.clock());
  const vefa::contact::Rater rater(host.database(), keys, catalog, copies, &host.relay(), host.clock());
  vefa::contact::RatingLoop ratings(host.pump(), rater, host.clock(), host.metrics());
  vefa::contact::RatingHandler rated(ratings);
  vefa::contact::LifecycleService lifecycle(host.AddDoor("vefa.contact.v1.LifecycleService"), host.database(), changer, catalog, &ratings, host.clock(), host.key().secret());
  vefa::contact::ScoreService scores(host.AddDoor("vefa.contact.v1.ScoreService"), host.database(), &ratings, host.clock(), host.key().secret());
  vefa::contact::PersonaService personas(host.AddDoor("vefa.contact.v1.PersonaService"), host.database(), &ratings, host.clock());
  vefa::contact::AttributeService attributes(host.AddDoor("vefa.contact.v1.AttributeService"), host.database(), catalog,
                                             host.clock());
  vefa::contact::PiiKeyService pii_keys(host.AddDoor("vefa.contact.v1.PiiKeyService"), keys);
  vefa::contact::ConsentService consents(host.AddDoor("vefa.contact.v1.ConsentService"), host.database(), keys, proof_key, host.clock());
  vefa::contact::PurposeService purposes(host.AddDoor("vefa.contact.v1.PurposeService"), host.database(), &host.relay(), host.clock(), host.key().secret());
  vefa::contact::ChainKeeper chains(host.pump(), keys, proof_key, host.clock(), host.metrics());
  vefa::contact::SuppressionService suppressions(host.AddDoor("vefa.contact.v1.SuppressionService"), host.database(), keys, host.clock(), host.key().secret());
  vefa::contact::PreferenceService preferences(host.AddDoor("vefa.contact.v1.PreferenceService"), host.database(), copies, links.preferences, &host.relay(), host.clock());
  vefa::contact::ConfirmationService confirmations(host.AddDoor("vefa.contact.v1.ConfirmationService"), host.database(), keys, copies, links.confirmations,
                                                   changer, &host.relay(), host.clock());
  vefa::contact::InterestService interests(host.AddDoor("vefa.contact.v1.InterestService"), host.database(), copies, &host.relay(), host.clock());
  vefa::contact::OrganizationService organizations(host.AddDoor("vefa.contact.v1.OrganizationService"), host.database(),
                                                   &host.relay(), host.clock(), host.key().secret());
  vefa::contact::AffiliationService affiliations(host.AddDoor("vefa.contact.v1.AffiliationService"), host.database(),
                                                 &host.relay(), host.clock(), host.key().secret());
  vefa::contact::RelationshipService relationships(host.AddDoor("vefa.contact.v1.RelationshipService"), host.database(),
                                                   &host.relay(), host.clock(), host.key().secret());
  vefa::contact::BoundaryService boundaries(host.AddDoor("vefa.contact.v1.BoundaryService"), host.database(),
                                            &host.relay(), host.clock(), host.key().secret());
  vefa::contact::NoteService notes(host.AddDoor("vefa.contact.v1.NoteService"), host.database(), &host.relay(), host.clock(), host.key().secret());
  vefa::contact::UnaccountableGauge unaccountable(host.pump(), host.metrics());
  vefa::contact::UnsubscribeHandler unsubscribes(&host.relay(), copies, host.clock());
  vefa::contact::BounceHandler bounces(host.clock());
  vefa::contact::SearchHandler words;
  vefa::contact::SearchSweep sweep(host.pump(), host.metrics());
  vefa::contact::HashSweep hashes(host.pump(), keys);
  host.OnStop([&] { sweep.Stop(); hashes.Stop(); ratings.Stop(); });
  vefa::contact::DuplicateService duplicates(host.AddDoor("vefa.contact.v1.DuplicateService"), host.database(), host.clock(),
                                             host.key().secret());
  vefa::contact::MergeService merges(host.AddDoor("vefa.contact.v1.MergeService"), host.database(), keys, catalog, copies,
                                     &host.relay(), host.clock());
  vefa::contact::IdentityService identities(host.AddDoor("vefa.contact.v1.IdentityService"), host.database(), keys, catalog, copies,
                                            &host.relay(), host.clock());
  vefa::contact::ImportService imports(host.AddDoor("vefa.contact.v1.ImportService"), host.database(), keys, catalog, copies,
                                       &host.relay(), host.clock(), host.key().secret());
  vefa::contact::DuplicateHandler searches(host.clock());
  Rights rights(host, keys, copies);
  for (grpc::Service* service : std::initializer_list<grpc::Service*>{
           &contacts, &points, &identities, &lifecycle, &duplicates, &merges, &imports, &attributes, &pii_keys,
           &consents, &purposes, &suppressions, &preferences, &confirmations, &interests, &scores, &personas, &organizations, &affiliations, &relationships,
           &boundaries, &notes})
    host.AddService(*service);
  host.OnStop([&] { unaccountable.Stop(); });
  host.Subscribe("contact.unsubscribe.v1", {"vefa.notification.v1"}, unsubscribes);
  host.Subscribe(vefa::contact::BounceHandler::kConsumer, {"vefa.notification.v1"}, bounces);
  host.Subscribe(vefa::contact::DuplicateHandler::kConsumer, {"vefa.contact.v1"}, searches);
  host.Subscribe(vefa::contact::SearchHandler::kConsumer, {"vefa.contact.v1"}, words);
  host.Subscribe(vefa::contact::RatingHandler::kConsumer, {"vefa.contact.v1"}, rated);
  host.KeepState(vefa::contact::v1::ContactSnapshot::default_instance(), vefa::contact::FoldContact);
  host.OpenBoxes(vefa::contact::OpenBoxesBy(keys));
  host.OnStop([&chains] { chains.Stop(); });
  host.NeedSchema(vefa_contact_migrations());
  return host.Run();
}
