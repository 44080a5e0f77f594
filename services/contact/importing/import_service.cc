#include "services/contact/importing/import_service.h"

#include "libs/base/text.h"
#include "libs/rpc/idempotency.h"
#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "libs/text/name.h"

namespace vefa::contact {
namespace {

constexpr size_t kTitleMax = 200;        // characters
constexpr size_t kImportTextMax = 200;   // bytes, of the source and the fingerprint

// What is said of a new import, and nothing of what only we say.
v1::Import SaidOf(const v1::Import& proto) {
  v1::Import said;
  said.set_title(IsUtf8(proto.title()) ? text::Tidied(proto.title()) : proto.title());
  *said.mutable_columns() = proto.columns();
  for (v1::ImportColumn& column : *said.mutable_columns())
    if (column.field() == "-") column.clear_field();
  said.set_match(proto.match());
  said.set_policy(proto.policy());
  said.set_dry_run(proto.dry_run());
  said.set_default_country(proto.default_country());
  said.set_source(proto.source());
  said.set_fingerprint(proto.fingerprint());
  said.set_size_bytes(proto.size_bytes());
  return said;
}

void CheckImport(const v1::Import& import, std::vector<Violation>& violations) {
  auto check = [&](bool holds, const char* field, const char* reason, const char* message) {
    if (!holds) violations.push_back({std::string("import.") + field, reason, message});
  };
  check(IsUtf8(import.title()), "title", "NOT_UTF8", "Give text in UTF-8 without NUL.");
  check(!import.title().empty(), "title", "REQUIRED", "Give the import a title, for example the file's name.");
  if (IsUtf8(import.title())) {
    check(Utf8Length(import.title()) <= kTitleMax, "title", "TOO_LONG", "Give at most 200 characters.");
    check(!text::HidesSigns(import.title()), "title", "CONTROL_CHARACTER", "Leave out control characters and marks of direction.");
  }
  check(IsUtf8(import.source()) && !text::HidesSigns(import.source()), "source", "CONTROL_CHARACTER", "Leave out control characters.");
  check(import.source().size() <= kImportTextMax, "source", "TOO_LONG", "Give at most 200 bytes.");
  check(import.fingerprint().size() <= kImportTextMax, "fingerprint", "TOO_LONG", "Give at most 200 bytes.");
  check(import.size_bytes() >= 0, "size_bytes", "OUT_OF_RANGE", "Give no negative number.");
}

}  // namespace

grpc::ServerUnaryReactor* ImportService::PreviewImport(grpc::CallbackServerContext* context, const v1::PreviewImportRequest* request,
                                                       v1::PreviewImportResponse* response) {
  return rpc::Serve(door_, context, "PreviewImport", [=, this](const rpc::CallContext& call) -> Status {
    VEFA_TRY(*response, chunks_.Preview(call, *request));
    return Ok();
  });
}
grpc::ServerUnaryReactor* ImportService::CreateImport(grpc::CallbackServerContext* context, const v1::CreateImportRequest* request,
                                                      v1::Import* response) {
  return rpc::Serve(door_, context, "CreateImport", [=, this](const rpc::CallContext& call) { return Create(call, *request, *response); });
}
grpc::ServerUnaryReactor* ImportService::GetImport(grpc::CallbackServerContext* context, const v1::GetImportRequest* request,
                                                   v1::Import* response) {
  return rpc::Serve(door_, context, "GetImport", [=, this](const rpc::CallContext& call) -> Status {
    VEFA_TRY(Uuid id, ParseResourceName("imports", request->name()));
    VEFA_TRY(*response, FindImport(database_, call.tenant, id, call.deadline));
    return Ok();
  });
}
grpc::ServerUnaryReactor* ImportService::ListImports(grpc::CallbackServerContext* context, const v1::ListImportsRequest* request,
                                                     v1::ListImportsResponse* response) {
  return rpc::Serve(door_, context, "ListImports", [=, this](const rpc::CallContext& call) { return List(call, *request, *response); });
}
grpc::ServerUnaryReactor* ImportService::SendImportChunk(grpc::CallbackServerContext* context, const v1::SendImportChunkRequest* request,
                                                         v1::SendImportChunkResponse* response) {
  return rpc::Serve(door_, context, "SendImportChunk", [=, this](const rpc::CallContext& call) -> Status {
    VEFA_TRY(*response, Send(call, *request));
    return Ok();
  });
}
grpc::ServerBidiReactor<v1::StreamImportChunksRequest, v1::SendImportChunkResponse>* ImportService::StreamImportChunks(
    grpc::CallbackServerContext* context) {
  return rpc::ServeChunks<v1::StreamImportChunksRequest, v1::SendImportChunkResponse>(
      door_, context, "StreamImportChunks",
      [this](const rpc::CallContext& call, const v1::StreamImportChunksRequest& request) { return Send(call, request.chunk()); });
}
grpc::ServerUnaryReactor* ImportService::PauseImport(grpc::CallbackServerContext* context, const v1::PauseImportRequest* request,
                                                     v1::Import* response) {
  return rpc::Serve(door_, context, "PauseImport", [=, this](const rpc::CallContext& call) {
    return Set(call, request->name(), v1::Import::STATE_PAUSED, *response);
  });
}
grpc::ServerUnaryReactor* ImportService::ResumeImport(grpc::CallbackServerContext* context, const v1::ResumeImportRequest* request,
                                                      v1::Import* response) {
  return rpc::Serve(door_, context, "ResumeImport", [=, this](const rpc::CallContext& call) {
    return Set(call, request->name(), v1::Import::STATE_RUNNING, *response);
  });
}
grpc::ServerUnaryReactor* ImportService::UndoImport(grpc::CallbackServerContext* context, const v1::UndoImportRequest* request,
                                                    v1::Import* response) {
  return rpc::Serve(door_, context, "UndoImport", [=, this](const rpc::CallContext& call) { return Undo(call, request->name(), *response); });
}
grpc::ServerUnaryReactor* ImportService::ListImportProblems(grpc::CallbackServerContext* context,
                                                            const v1::ListImportProblemsRequest* request,
                                                            v1::ListImportProblemsResponse* response) {
  return rpc::Serve(door_, context, "ListImportProblems",
                    [=, this](const rpc::CallContext& call) { return Problems(call, *request, *response); });
}

Status ImportService::Create(const rpc::CallContext& call, const v1::CreateImportRequest& request, v1::Import& response) {
  VEFA_TRY(auto definitions, attributes_.ForTenant(call.tenant, call.deadline));
  v1::Import import = SaidOf(request.import());
  std::vector<Violation> violations;
  CheckImport(import, violations);
  ReadImportPlan(import, *definitions, "import.", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  import.set_actor(call.principal.subject);
  *import.mutable_create_time() = rpc::ToProto(clock_.Now());
  const rpc::Attempt attempt{call.tenant, request.request_id(), "CreateImport", request.import().SerializeAsString()};
  VEFA_TRY(Uuid id, postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                            [&](postgres::Transaction& transaction) -> Result<Uuid> {
                                              VEFA_TRY(auto answer, rpc::FindAnswer(transaction, attempt));
                                              if (answer) return Uuid::Parse(*answer);
                                              const Uuid fresh = NewUuidV7(clock_);
                                              VEFA_TRY_OK(InsertImport(transaction, call.tenant, fresh, import));
                                              VEFA_TRY_OK(rpc::RememberAnswer(transaction, attempt, fresh.ToString()));
                                              return fresh;
                                            }));
  VEFA_TRY(response, FindImport(database_, call.tenant, id, call.deadline));
  return Ok();
}

Result<v1::SendImportChunkResponse> ImportService::Send(const rpc::CallContext& call, const v1::SendImportChunkRequest& request) {
  auto sent = chunks_.Send(call, request);
  if (sent.ok()) Committed();
  return sent;
}

Status ImportService::Set(const rpc::CallContext& call, const std::string& name, v1::Import::State state, v1::Import& response) {
  VEFA_TRY(Uuid id, ParseResourceName("imports", name));
  VEFA_TRY(response, postgres::InTransaction(
                         database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                         [&](postgres::Transaction& transaction) -> Result<v1::Import> {
                           VEFA_TRY(v1::Import import, LockImport(transaction, call.tenant, id));
                           if (import.state() == state) return import;
                           if (import.state() != v1::Import::STATE_RUNNING && import.state() != v1::Import::STATE_PAUSED)
                             return Error{Code::kFailedPrecondition, "IMPORT_ENDED", "The import has ended; begin another one."};
                           import.set_state(state);
                           std::vector<postgres::Call> calls;
                           calls.push_back(WriteImportCall(call.tenant, id, import, clock_.Now()));
                           VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
                           return import;
                         }));
  return Ok();
}

Status ImportService::Undo(const rpc::CallContext& call, const std::string& name, v1::Import& response) {
  VEFA_TRY(Uuid id, ParseResourceName("imports", name));
  VEFA_TRY(response, undo_.Undo(call, id));
  Committed();
  return Ok();
}

Status ImportService::List(const rpc::CallContext& call, const v1::ListImportsRequest& request, v1::ListImportsResponse& response) {
  VEFA_TRY(int size, rpc::PageSize(request.page_size()));
  const std::string scope = "ListImports|" + call.tenant.ToString();
  VEFA_TRY(auto keys, rpc::ReadPageToken(secret_, scope, request.page_token(), 1));
  std::optional<Uuid> before;
  if (!keys.empty()) {
    // A signed token holds what was put there.
    VEFA_TRY(before, Uuid::Parse(keys[0]));
  }
  VEFA_TRY(auto imports, contact::ListImports(database_, call.tenant, before, size + 1, call.deadline));
  if (static_cast<int>(imports.size()) > size) {
    imports.pop_back();
    VEFA_TRY(Uuid last, ParseResourceName("imports", imports.back().name()));
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {last.ToString()}));
  }
  for (v1::Import& import : imports) *response.add_imports() = std::move(import);
  return Ok();
}

Status ImportService::Problems(const rpc::CallContext& call, const v1::ListImportProblemsRequest& request,
                               v1::ListImportProblemsResponse& response) {
  VEFA_TRY(Uuid id, ParseResourceName("imports", request.import()));
  VEFA_TRY(int size, rpc::PageSize(request.page_size()));
  const std::string scope = "ListImportProblems|" + call.tenant.ToString() + "|" + request.import() + (request.of_undo() ? "|undo" : "");
  VEFA_TRY(auto keys, rpc::ReadPageToken(secret_, scope, request.page_token(), 2));
  VEFA_TRY_OK(FindImport(database_, call.tenant, id, call.deadline));
  ProblemPlace after;
  if (!keys.empty()) after = {std::strtoll(keys[0].c_str(), nullptr, 10), std::strtoll(keys[1].c_str(), nullptr, 10)};
  VEFA_TRY(ProblemPage page, ListProblems(database_, call.tenant, id, request.of_undo(), after, size, call.deadline));
  if (static_cast<int>(page.problems.size()) == size)
    response.set_next_page_token(
        rpc::MakePageToken(secret_, scope, {std::to_string(page.last.line), std::to_string(page.last.id)}));
  for (v1::ImportProblem& problem : page.problems) *response.add_problems() = std::move(problem);
  return Ok();
}

}  // namespace vefa::contact
