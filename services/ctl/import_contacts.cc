// `vefactl import contacts FILE`: the file is read here, chunk by chunk; the service keeps how far it came.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "libs/base/id.h"
#include "libs/base/text.h"
#include "libs/crypto/crypto.h"
#include "services/ctl/imports.h"
#include "services/ctl/rejects.h"
#include "services/ctl/table.h"
#include "services/ctl/terminal.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

constexpr size_t kRecordsInChunk = 500;
constexpr size_t kBytesInChunk = 1 << 20;
constexpr size_t kRecordsLooked = 100;
constexpr std::streamsize kFingerprinted = 64 * 1024;
constexpr std::chrono::seconds kImportPatience(120);

// `external-id` as MATCH_EXTERNAL_ID.
std::string EnumWord(const std::string& prefix, const std::string& word) {
  std::string name = prefix;
  for (char c : word) name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

// What tells the file from another: its size and how it begins.
std::string FingerprintOf(std::istream& file, int64_t size) {
  std::string beginning(static_cast<size_t>(kFingerprinted), '\0');
  file.read(beginning.data(), kFingerprinted);
  beginning.resize(static_cast<size_t>(file.gcount()));
  file.clear();
  file.seekg(0);
  return std::to_string(size) + "-" + ToHex(crypto::Bytes(crypto::Sha256(beginning))).substr(0, 32);
}

Json RecordJson(CsvRecord& record) {
  Json json{{"line", record.line}};
  if (!record.reject) {
    json["values"] = std::move(record.fields);
  } else {
    json["problem"] = {{"field", record.reject->field}, {"reason", record.reject->reason}, {"message", record.reject->message}};
  }
  return json;
}

class PeopleImport {
 public:
  PeopleImport(Api& api, const ContactImportOptions& options, std::ifstream& file) : api_(api), options_(options), file_(file) {}

  Result<int> Run() {
    std::error_code unknown;
    size_ = static_cast<int64_t>(std::filesystem::file_size(options_.file, unknown));
    if (unknown) size_ = 0;
    fingerprint_ = FingerprintOf(file_, size_);
    std::vector<std::string> columns;
    if (!options_.resume.empty()) {
      VEFA_TRY(columns, Resume());
    }
    VEFA_TRY(table_, OpenTable(file_, options_.format.empty() ? FormatOf(options_.file) : options_.format, std::move(columns)));
    if (options_.resume.empty()) {
      VEFA_TRY_OK(Look());
      if (options_.preview) {
        Print();
        return static_cast<int>(kOk);
      }
      VEFA_TRY_OK(Create());
    }
    return Send();
  }

 private:
  // The columns as they were.
  Result<std::vector<std::string>> Resume() {
    VEFA_TRY(Uuid id, ParseResourceName("imports", options_.resume));
    VEFA_TRY(import_, api_.Get("/v1/" + ResourceName("imports", id)));
    if (TextOf(import_, "state") != "STATE_COMPLETED") {
      VEFA_TRY(import_, api_.Post("/v1/" + ResourceName("imports", id) + ":resume", Json::object()));
    }
    if (TextOf(import_, "fingerprint") != fingerprint_)
      return InvalidArgument("FILE_DIFFERS", options_.file + " is not the file that this import began with.");
    std::vector<std::string> columns;
    for (const Json& column : MemberOf(import_, "columns")) columns.push_back(TextOf(column, "column"));
    return columns;
  }

  Result<Json> ColumnsSaid() const {
    Json columns = Json::array();
    for (const std::string& name : table_->columns()) columns.push_back({{"column", name}});
    std::vector<Violation> violations;
    for (const std::string& said : options_.map) {
      const size_t equals = said.rfind('=');
      const std::string column = said.substr(0, equals);
      bool known = false;
      for (Json& one : columns) {
        if (equals == std::string::npos || TextOf(one, "column") != column) continue;
        known = true;
        one["field"] = said.substr(equals + 1);
      }
      if (!known) violations.push_back({"--map " + said, "COLUMN_UNKNOWN", "Give COLUMN=FIELD, the column as the file names it."});
    }
    if (!violations.empty()) return Violations(std::move(violations));
    return columns;
  }

  Status Look() {
    VEFA_TRY(Json columns, ColumnsSaid());
    Json request{{"columns", std::move(columns)}, {"policy", EnumWord("POLICY_", options_.policy)}, {"defaultCountry", options_.country}};
    if (!options_.match.empty()) request["match"] = EnumWord("MATCH_", options_.match);
    Json records = Json::array();
    for (size_t bytes = 0; looked_.size() < kRecordsLooked && bytes < kBytesInChunk;) {
      auto record = table_->Next();
      if (!record) break;
      for (const std::string& field : record->fields) bytes += field.size();
      looked_.push_back({std::move(*record), table_->position()});
      CsvRecord copy = looked_.back().record;
      records.push_back(RecordJson(copy));
    }
    request["records"] = std::move(records);
    VEFA_TRY(preview_, api_.Post("/v1/imports:preview", request));
    return Ok();
  }

  void Print() const {
    for (const Json& column : MemberOf(preview_, "columns")) {
      const std::string field = TextOf(column, "field");
      std::printf("%-30s %s\n", TextOf(column, "column").c_str(), field.empty() ? "- (left out)" : field.c_str());
    }
    std::printf("people are found by %s\n", TextOf(preview_, "match").c_str());
    const Json& outcomes = MemberOf(preview_, "outcomes");
    if (!outcomes.is_array()) return;
    for (const Json& outcome : outcomes) {
      const Json& contact = MemberOf(outcome, "contact");
      std::printf("line %lld: %s %s %s %s\n", static_cast<long long>(IntegerOf(outcome, "line")),
                  TextOf(outcome, "kind").substr(std::string("KIND_").size()).c_str(), TextOf(contact, "displayName").c_str(),
                  TextOf(contact, "email").c_str(), TextOf(contact, "phone").c_str());
      const Json& problems = MemberOf(outcome, "problems");
      if (!problems.is_array()) continue;
      for (const Json& problem : problems)
        std::printf("  %s: %s (%s)\n", TextOf(problem, "field").c_str(), TextOf(problem, "message").c_str(), TextOf(problem, "reason").c_str());
    }
  }

  Status Create() {
    Json import{{"title", options_.title.empty() ? std::filesystem::path(options_.file).filename().string() : options_.title},
                {"columns", MemberOf(preview_, "columns")},
                {"match", TextOf(preview_, "match")},
                {"policy", EnumWord("POLICY_", options_.policy)},
                {"dryRun", options_.dry_run},
                {"defaultCountry", options_.country},
                {"source", options_.source},
                {"fingerprint", fingerprint_},
                {"sizeBytes", size_}};
    SystemClock clock;
    VEFA_TRY(import_, api_.Post("/v1/imports?requestId=" + NewUuidV7(clock).ToString(), import));
    return Ok();
  }

  struct Read {
    CsvRecord record;
    int64_t position = 0;
  };
  // What was looked at first, then the rest of the file.
  std::optional<Read> NextRead() {
    if (next_looked_ < looked_.size()) return std::move(looked_[next_looked_++]);
    auto record = table_->Next();
    if (!record) return std::nullopt;
    return Read{std::move(*record), table_->position()};
  }

  Result<std::optional<std::string>> NextChunk() {
    if (ended_) return std::optional<std::string>();
    Json records = Json::array();
    int64_t position = position_;
    for (size_t bytes = 0; records.size() < kRecordsInChunk && bytes < kBytesInChunk;) {
      auto read = NextRead();
      if (!read) {
        ended_ = true;
        break;
      }
      if (read->position <= position_) continue;  // It was sent before.
      ++rows_;
      position = read->position;
      for (const std::string& field : read->record.fields) bytes += field.size();
      records.push_back(RecordJson(read->record));
    }
    position_ = position;
    Json chunk{{"import", TextOf(import_, "name")}, {"number", number_++}, {"records", std::move(records)}, {"positionBytes", position}, {"last", ended_}};
    return std::optional<std::string>(Json{{"chunk", std::move(chunk)}}.dump());
  }

  Result<int> Send() {
    const std::string name = TextOf(import_, "name");
    std::cout << name << ": goes on with vefactl import contacts " << options_.file << " --resume " << name << std::endl;
    Progress progress("contacts");
    number_ = std::max<int64_t>(IntegerOf(import_, "nextChunk"), 1);
    position_ = IntegerOf(import_, "positionBytes");
    ended_ = TextOf(import_, "state") == "STATE_COMPLETED";
    VEFA_TRY_OK(api_.StreamChunks("/v1/imports:stream", [this] { return NextChunk(); }, [&](const Json&) -> Status {
      progress.Show(Grouped(rows_) + " rows read");
      return Ok();
    }));
    VEFA_TRY(import_, api_.Get("/v1/" + name));
    Rejects rejects(options_.rejects.empty() ? options_.file + ".rejects.csv" : options_.rejects);
    VEFA_TRY_OK(EachProblem(api_, name, false, [&](const Json& one) {
      rejects.Add({IntegerOf(one, "line"), TextOf(one, "field"), TextOf(one, "reason"), TextOf(one, "message")});
    }));
    VEFA_TRY_OK(rejects.Finish());
    progress.Done(Grouped(rows_) + " rows: " + DescribeCounts(import_) + (options_.dry_run ? "; nothing was written" : ""));
    if (rejects.count() == 0) return static_cast<int>(kOk);
    std::cerr << "vefactl: some rows were rejected; see " << rejects.path() << "\n";
    return static_cast<int>(kSomeRejected);
  }

  Api& api_;
  const ContactImportOptions& options_;
  std::ifstream& file_;
  int64_t size_ = 0;
  std::string fingerprint_;
  std::unique_ptr<Table> table_;
  std::vector<Read> looked_;
  size_t next_looked_ = 0;
  Json preview_;
  Json import_;
  int64_t number_ = 1;
  int64_t position_ = 0;
  int64_t rows_ = 0;
  bool ended_ = false;
};

Result<int> ImportPeopleFile(const ContactImportOptions& options) {
  std::ifstream file(options.file, std::ios::binary);
  if (!file) return NotFound("FILE_UNREADABLE", options.file + " cannot be read; check the name and its permissions.");
  VEFA_TRY(Credentials credentials, ReadCredentials());
  VEFA_TRY(auto api, Api::SignIn(std::move(credentials), kImportPatience));
  return PeopleImport(*api, options, file).Run();
}

}  // namespace

int ImportContacts(const ContactImportOptions& options) {
  auto done = ImportPeopleFile(options);
  return done.ok() ? *done : Fail(done.error());
}

}  // namespace vefa::ctl
