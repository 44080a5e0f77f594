#pragma once

#include "services/contact/contact_fixture.h"
#include "services/contact/importing/import_service.h"

namespace vefa::contact {

// Imports behind a real gRPC server, beside contacts.
class ImportServiceTest : public ContactServiceTest {
 protected:
  using Contacts = v1::ContactService::Stub;
  using Imports = v1::ImportService::Stub;
  using Rows = std::vector<std::vector<std::string>>;

  ImportServiceTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&import_service_);
    import_server_ = builder.BuildAndStart();
    rpc::Transport transport;
    transport.MeasureBy(metrics_);
    import_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test", transport);
    imports_ = v1::ImportService::NewStub(import_peer_->channel());
  }
  ~ImportServiceTest() override { import_server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Ask(grpc::Status (Imports::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    return rpc::Call(*import_peer_, *imports_, method, request, tenant_, {"*"}, Soon());
  }
  static v1::CreateImportRequest Plan(std::initializer_list<const char*> fields, v1::Import::Policy policy = v1::Import::POLICY_OVERWRITE,
                                      v1::Import::Match match = v1::Import::MATCH_EXTERNAL_ID) {
    v1::CreateImportRequest request;
    v1::Import& import = *request.mutable_import();
    import.set_title("people.csv");
    for (const char* field : fields) {
      import.add_columns()->set_column(field);
      import.mutable_columns(import.columns_size() - 1)->set_field(field);
    }
    import.set_policy(policy);
    import.set_match(match);
    return request;
  }
  std::string Begin(const v1::CreateImportRequest& plan) {
    auto import = Ask(&Imports::CreateImport, plan);
    EXPECT_TRUE(import.ok()) << import.error().message;
    return import->name();
  }
  static v1::SendImportChunkRequest Chunk(const std::string& import, int64_t number, const Rows& rows, bool last = false) {
    v1::SendImportChunkRequest request;
    request.set_import(import);
    request.set_number(number);
    request.set_last(last);
    request.set_position_bytes(number * 1000);
    int64_t line = number * 1000;
    for (const auto& row : rows) {
      v1::ImportRecord& record = *request.add_records();
      record.set_line(++line);
      for (const std::string& value : row) record.add_values(value);
    }
    return request;
  }
  Result<v1::SendImportChunkResponse> Send(const std::string& import, int64_t number, const Rows& rows, bool last = false) {
    return Ask(&Imports::SendImportChunk, Chunk(import, number, rows, last));
  }
  // `created updated unchanged skipped rejected consents`.
  static std::string Counts(const v1::ImportCounts& c) {
    std::string text;
    for (int64_t each : {c.created(), c.updated(), c.unchanged(), c.skipped(), c.rejected(), c.consents()})
      text += (text.empty() ? "" : " ") + std::to_string(each);
    return text;
  }
  std::string Sent(const std::string& import, int64_t number, const Rows& rows) {
    auto sent = Send(import, number, rows);
    return sent.ok() ? Counts(sent->counts()) : sent.error().reason;
  }
  v1::Import Look(const std::string& name) {
    v1::GetImportRequest request;
    request.set_name(name);
    return *Ask(&Imports::GetImport, request);
  }
  Result<v1::Import> Undo(const std::string& name) {
    v1::UndoImportRequest request;
    request.set_name(name);
    return Ask(&Imports::UndoImport, request);
  }
  std::vector<std::string> Problems(const std::string& import, bool of_undo = false) {
    v1::ListImportProblemsRequest request;
    request.set_import(import);
    request.set_of_undo(of_undo);
    request.set_page_size(2);
    std::vector<std::string> problems;
    for (;;) {
      auto page = Ask(&Imports::ListImportProblems, request);
      EXPECT_TRUE(page.ok());
      for (const v1::ImportProblem& p : page->problems()) problems.push_back(std::to_string(p.line()) + " " + p.field() + " " + p.reason());
      if (page->next_page_token().empty()) return problems;
      request.set_page_token(page->next_page_token());
    }
  }
  // Nothing when there is none.
  v1::Contact Person(const std::string& external_id) {
    v1::BatchGetContactsRequest request;
    request.add_external_ids(external_id);
    auto found = Call(&Contacts::BatchGetContacts, request);
    return found.ok() && found->contacts_size() == 1 ? found->contacts(0) : v1::Contact();
  }
  v1::Contact Make(const std::string& external_id, const std::string& email) {
    auto request = ContactServiceTest::Person(external_id);
    request.mutable_contact()->set_email(email);
    return *Call(&Contacts::CreateContact, request);
  }
  int64_t CountRows(const char* sql) {
    postgres::Statement count("test_count", sql, true);
    auto rows = database_.service().Run(postgres::Scope::Tenant(tenant_), count, {}, Soon());
    EXPECT_TRUE(rows.ok());
    return rows->Int64(0, 0);
  }

  rpc::Door import_door_{"vefa.contact.v1.ImportService", pool_, key_, tenants_, metrics_, clock_};
  ImportService import_service_{import_door_, database_.service(), keys_, attributes_, copies_, nullptr, clock_, key_.secret()};
  std::unique_ptr<grpc::Server> import_server_;
  std::unique_ptr<rpc::Peer> import_peer_;
  std::unique_ptr<Imports> imports_;
};

}  // namespace vefa::contact
