// Whether every RPC lets in whom it should and nobody else. Reads VEFA_PRINCIPAL_KEY_FILE.
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "libs/config/environment.h"
#include "tests/permissions/cases.h"
#include "tests/permissions/wire.h"
#include "vefa/campaign/v1/campaign_service.pb.h"
#include "vefa/contact/v1/affiliation_service.pb.h"
#include "vefa/contact/v1/attribute_service.pb.h"
#include "vefa/contact/v1/boundary_service.pb.h"
#include "vefa/contact/v1/confirmation_service.pb.h"
#include "vefa/contact/v1/consent_service.pb.h"
#include "vefa/contact/v1/contact_point_service.pb.h"
#include "vefa/contact/v1/contact_service.pb.h"
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
#include "vefa/interaction/v1/interaction_service.pb.h"
#include "vefa/notification/v1/notification_service.pb.h"
#include "vefa/options/v1/options.pb.h"

namespace vefa::permissions {
namespace {

namespace pb = google::protobuf;

// The files with services that are spoken over gRPC.
const std::vector<const pb::FileDescriptor*>& Files() {
  static const std::vector<const pb::FileDescriptor*> files{
      campaign::v1::CreateCampaignRequest::descriptor()->file(), contact::v1::CreateContactRequest::descriptor()->file(),
      contact::v1::AddContactPointRequest::descriptor()->file(), contact::v1::CreateAttributeDefinitionRequest::descriptor()->file(),
      contact::v1::ListDuplicatesRequest::descriptor()->file(), contact::v1::MergeContactsRequest::descriptor()->file(), contact::v1::CreateImportRequest::descriptor()->file(), contact::v1::SetLifecycleStageRequest::descriptor()->file(),
      contact::v1::CheckConsentRequest::descriptor()->file(), contact::v1::CreatePurposeRequest::descriptor()->file(),
      contact::v1::GetOrganizationRequest::descriptor()->file(), contact::v1::GetAffiliationRequest::descriptor()->file(),
      contact::v1::GetRelationshipRequest::descriptor()->file(), contact::v1::GetBoundaryRequest::descriptor()->file(),
      contact::v1::AddSuppressionRequest::descriptor()->file(), contact::v1::GetPreferencesRequest::descriptor()->file(),
      contact::v1::GetRightsRequestRequest::descriptor()->file(), contact::v1::GetProcessingLimitsRequest::descriptor()->file(),
      contact::v1::ExportPersonRequest::descriptor()->file(), contact::v1::PreviewRetentionRequest::descriptor()->file(),
      contact::v1::GetProcessingInventoryRequest::descriptor()->file(),
      contact::v1::ConfirmConsentRequest::descriptor()->file(),
      contact::v1::IdentifyContactRequest::descriptor()->file(), contact::v1::AddNoteRequest::descriptor()->file(), contact::v1::GetIysAccountRequest::descriptor()->file(),
      contact::v1::ListInterestsRequest::descriptor()->file(), contact::v1::ListContactScoresRequest::descriptor()->file(), contact::v1::ListPersonasRequest::descriptor()->file(),
      contact::v1::BatchGetPiiKeysRequest::descriptor()->file(), event::v1::SubscribeRequest::descriptor()->file(),
      event::v1::FetchEventsRequest::descriptor()->file(),       event::v1::GetOutboxRequest::descriptor()->file(),
      interaction::v1::ListTimelineRequest::descriptor()->file(), notification::v1::SubmitMessagesRequest::descriptor()->file()};
  return files;
}

std::string Heard(const Status& status) { return status.ok() ? "an answer" : status.error().reason; }

bool Served(const Status& without) { return without.ok() || without.error().code != Code::kUnimplemented; }

bool AsItShould(const Case& tried, const Status& status) {
  if (!tried.reason.empty()) return !status.ok() && status.error().reason == tried.reason;
  return status.ok() || (status.error().code != Code::kUnauthenticated && status.error().code != Code::kPermissionDenied &&
                         status.error().code != Code::kUnimplemented && status.error().code != Code::kUnavailable);
}

struct Report {
  int calls = 0;
  int surprises = 0;
  void Surprise(const std::string& path, const std::string& address, const char* who, const std::string& heard,
                const std::string& wanted) {
    ++surprises;
    std::printf("%s at %s: %s heard %s, not %s\n", path.c_str(), address.c_str(), who, heard.c_str(),
                wanted.empty() ? "what it was let in for" : wanted.c_str());
  }
};

// Somebody who may do everything in a tenant of their own, and knows by name what another tenant has.
struct Stranger {
  Uuid tenant;
  std::string word;  // Stands in the other tenant's records and nowhere else.
  std::vector<std::string> names;
};

// Names each record of the other tenant wherever a text stands: no answer may hold its word, and none may be a failure of ours.
void TryAsStranger(const pb::MethodDescriptor& method, const std::string& address, const rpc::PrincipalKey& key, const Stranger& stranger,
                   Report& report) {
  const std::string path = "/" + method.service()->full_name() + "/" + method.name();
  Wire wire(address);
  SystemClock clock;
  const std::string principal = key.Sign({stranger.tenant, "services/permissions", {"*"}, clock.Now() + std::chrono::seconds(60)});
  for (const std::string& name : stranger.names) {
    std::string answer;
    const Status status = wire.Call(path, principal, Naming(method, name), &answer);
    ++report.calls;
    const std::string who = "somebody of another tenant who names " + name;
    if (answer.find(stranger.word) != std::string::npos) report.Surprise(path, address, who.c_str(), "what is there", "nothing of it");
    if (!status.ok() && (status.error().code == Code::kInternal || status.error().code == Code::kUnknown))
      report.Surprise(path, address, who.c_str(), Heard(status), "an answer or a refusal");
  }
}

// Every case at one RPC of one address; false when it is not served there.
bool Try(const pb::MethodDescriptor& method, const std::string& address, const rpc::PrincipalKey& key, const Uuid& tenant,
         Report& report) {
  std::string path = "/" + method.service()->full_name() + "/" + method.name();
  Wire wire(address);
  if (!Served(wire.Call(path, ""))) return false;
  std::vector<Case> cases = CasesOf(method.options().GetExtension(options::v1::permission), key, tenant);
  for (Case& narrow : NarrowCasesOf(method, key, tenant)) cases.push_back(std::move(narrow));
  for (const Case& tried : cases) {
    Status status = wire.Call(path, tried.principal, tried.request);
    ++report.calls;
    if (!AsItShould(tried, status)) report.Surprise(path, address, tried.name, Heard(status), tried.reason);
  }
  return true;
}

int Run(const std::vector<std::string>& addresses, const Uuid& tenant, const rpc::PrincipalKey& key, const Stranger& stranger) {
  Report report;
  int methods = 0;
  for (const pb::FileDescriptor* file : Files())
    for (int s = 0; s < file->service_count(); ++s)
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const pb::MethodDescriptor& method = *file->service(s)->method(m);
        bool served = false;
        for (const std::string& address : addresses) {
          if (!Try(method, address, key, tenant, report)) continue;
          served = true;
          TryAsStranger(method, address, key, stranger, report);
        }
        ++methods;
        if (!served) report.Surprise(method.full_name(), "every address", "everybody", "UNIMPLEMENTED", "");
      }
  std::printf("%d RPCs, %d calls, %d surprises\n", methods, report.calls, report.surprises);
  return report.surprises == 0 ? 0 : 1;
}

}  // namespace
}  // namespace vefa::permissions

int main(int argc, char** argv) {
  constexpr char kUsage[] =
      "Usage: %s TENANT HOST:PORT... [--stranger TENANT WORD NAME...] with VEFA_PRINCIPAL_KEY_FILE set: calls every RPC as every kind of\n"
      "caller; as somebody of another tenant who names each NAME of the first, which no answer with WORD in it may follow.\n";
  std::vector<std::string> words(argv + 1, argv + argc);
  const auto dashes = std::find(words.begin(), words.end(), "--stranger");
  const std::vector<std::string> other(dashes == words.end() ? dashes : dashes + 1, words.end());
  words.erase(dashes, words.end());
  if (words.size() < 2 || (!other.empty() && other.size() < 3)) {
    std::fprintf(stderr, kUsage, argv[0]);
    return 2;
  }
  auto tenant = vefa::Uuid::Parse(words.front());
  auto elsewhere = vefa::Uuid::Parse(other.empty() ? words.front() : other.front());
  vefa::config::Environment environment;
  vefa::rpc::PrincipalKey key(environment.RequireKey("VEFA_PRINCIPAL_KEY_FILE", 32));
  vefa::Status configured = environment.Check();
  if (!configured.ok() || !tenant.ok() || !elsewhere.ok()) {
    const vefa::Error& wrong = !configured.ok() ? configured.error() : !tenant.ok() ? tenant.error() : elsewhere.error();
    std::fprintf(stderr, "%s\n", wrong.message.c_str());
    return 2;
  }
  vefa::permissions::Stranger stranger;
  if (!other.empty()) stranger = {*elsewhere, other[1], {other.begin() + 2, other.end()}};
  return vefa::permissions::Run({words.begin() + 1, words.end()}, *tenant, key, stranger);
}
