#include "services/contact/right/person_export_service.h"

#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/contact_change.h"
#include "services/contact/merge/merging.h"
#include "services/contact/right/limit_store.h"
#include "services/contact/right/person_document.h"
#include "services/contact/right/person_page.h"
#include "services/contact/right/right_proto.h"
#include "services/contact/right/right_store.h"

namespace vefa::contact {
namespace {

// An answer of gRPC has 4 MiB.
constexpr size_t kDocumentMax = size_t{3} << 20;

}  // namespace

grpc::ServerUnaryReactor* PersonExportService::ExportPerson(grpc::CallbackServerContext* context,
                                                            const v1::ExportPersonRequest* request,
                                                            v1::ExportPersonResponse* response) {
  return rpc::Serve(door_, context, {"ExportPerson", request},
                    [=, this](const rpc::CallContext& call) { return Export(call, *request, *response); });
}

Status PersonExportService::Export(const rpc::CallContext& call, const v1::ExportPersonRequest& request,
                                   v1::ExportPersonResponse& response) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", request.contact()));
  std::vector<Violation> violations;
  if (!v1::ExportPersonRequest::Format_IsValid(request.format()))
    violations.push_back({"format", "FORMAT_UNKNOWN", "Give FORMAT_HTML, or nothing for the document alone."});
  if (!request.language().empty() && request.language() != "tr" && request.language() != "en")
    violations.push_back({"language", "LANGUAGE_UNKNOWN", "Give tr or en, or nothing for the person's own."});
  if (!violations.empty()) return Violations(std::move(violations));
  // Known to be allowed before anything is read.
  VEFA_TRY(const std::string noted, NoteExport(call, contact));
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(v1::PersonDocument document, ReadPersonDocument(database_, *sealer, contact, clock_.Now(), call.deadline));
  document.set_rights_request(noted);
  *document.mutable_export_time() = rpc::ToProto(clock_.Now());
  if (request.format() == v1::ExportPersonRequest::FORMAT_HTML)
    response.set_html(PersonPage(document, request.language().empty() ? document.records(0).contact().language() : request.language()));
  *response.mutable_document() = std::move(document);
  if (response.ByteSizeLong() > kDocumentMax)
    return Error{Code::kResourceExhausted, "EXPORT_TOO_LARGE",
                 "The document is larger than 3 MiB; read its parts by the calls of each, consents by ExportConsentProof."};
  return Ok();
}

Result<std::string> PersonExportService::NoteExport(const rpc::CallContext& call, const Uuid& contact) {
  VEFA_TRY(std::string noted,
           postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                   [&](postgres::Transaction& transaction) -> Result<std::string> {
                                     VEFA_TRY(auto limited, LockLimits(transaction, call.tenant, contact));
                                     if (!limited) return NoSuchContact();
                                     if (limited->erased) return ContactErased();
                                     if (!limited->merged_into.is_nil()) return ContactMerged(limited->merged_into);
                                     VEFA_TRY(auto request, LockOpenAccess(transaction, call.tenant, contact));
                                     if (!request)
                                       return Error{Code::kFailedPrecondition, "IDENTITY_UNCHECKED",
                                                    "Nothing is handed out without a request for access or portability that is in progress; "
                                                    "record one and confirm who asks."};
                                     VEFA_TRY_OK(WriteRightsRequest(transaction, call.tenant, *request,
                                                                    {request->state, "EXPORTED", "", call.principal.subject, {}}, clock_));
                                     return ResourceName(kRightsRequests, request->id);
                                   }));
  if (relay_ != nullptr) relay_->Wake();
  return noted;
}

}  // namespace vefa::contact
