// `vefactl import consents|orders FILE.csv`.

#include <fstream>
#include <iostream>

#include "services/ctl/api.h"
#include "services/ctl/contact_names.h"
#include "services/ctl/import_rows.h"
#include "services/ctl/rejects.h"
#include "services/ctl/terminal.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

constexpr size_t kChunkRows = 500;
constexpr std::chrono::seconds kPatience(120);

// One file on its way into the platform.
class FileImport {
 public:
  FileImport(Api& api, const ImportKind& kind, std::istream& file, std::string rejects_path)
      : api_(api), kind_(kind), reader_(file), rejects_(std::move(rejects_path)), progress_(kind.name) {}

  Result<int> Run() {
    VEFA_TRY_OK(ReadHeader());
    Status streamed = api_.StreamChunks(
        kind_.path, [this] { return NextChunk(); }, [this](const Json& answer) { return Take(answer); });
    VEFA_TRY_OK(rejects_.Finish());
    VEFA_TRY_OK(streamed);
    progress_.Done(Grouped(rows_) + " rows: " + Grouped(created_) + " new, 0 changed, " +
                   Grouped(unchanged_) + " known already, " + Grouped(rejects_.count()) + " rejects");
    if (rejects_.count() == 0) return static_cast<int>(kOk);
    std::cerr << "vefactl: some rows were rejected; see " << rejects_.path() << "\n";
    return static_cast<int>(kSomeRejected);
  }

 private:
  Status ReadHeader() {
    auto header = reader_.Next();
    if (!header) return InvalidArgument("FILE_EMPTY", "The file is empty; its first line names the columns.");
    if (header->reject) return InvalidArgument(header->reject->reason, "The first line: " + header->reject->message);
    VEFA_TRY(Columns columns, Columns::Read(kind_, *header));
    columns_ = std::move(columns);
    return Ok();
  }

  // What is wrong with a record before anything in it is understood.
  std::optional<Reject> Check(const CsvRecord& record) {
    if (record.reject) return record.reject;
    if (record.fields.size() != columns_.size())
      return Reject{record.line, "", "FIELD_COUNT",
                    "Give " + std::to_string(columns_.size()) + " fields as in the first line; this has " +
                        std::to_string(record.fields.size()) + "."};
    std::string key;
    for (const char* column : kind_.key) key += columns_.Value(record, column) + '\n';
    if (int64_t before = duplicates_.Meet(key, record.line); before != 0)
      return Reject{record.line, kind_.key.front(), "DUPLICATE_IN_FILE",
                    "Line " + std::to_string(before) + " says the same already; leave one of them out."};
    return std::nullopt;
  }

  Result<Json> ToRow(const CsvRecord& record, const std::map<std::string, std::string>& names) const {
    if (kind_.name == std::string("consents")) return ConsentRow(columns_, record);
    auto found = names.find(columns_.Value(record, "contact_external_id"));
    if (found == names.end())
      return Violations({{"contact_external_id", "CONTACT_NOT_FOUND", "Import the contact before its orders."}});
    return OrderRow(columns_, record, found->second);
  }

  Result<std::vector<CsvRecord>> NextRecords() {
    std::vector<CsvRecord> records;
    size_t bytes = 0;
    while (records.size() < kChunkRows && bytes < CsvReader::kRecordMax) {
      auto record = reader_.Next();
      if (!record) break;
      ++rows_;
      auto reject = Check(*record);
      if (reject) {
        rejects_.Add(*reject);
        continue;
      }
      for (const std::string& field : record->fields) bytes += field.size();
      records.push_back(std::move(*record));
    }
    return records;
  }

  Result<std::optional<std::string>> NextChunk() {
    Json rows = Json::array();
    while (rows.empty()) {
      VEFA_TRY(std::vector<CsvRecord> records, NextRecords());
      if (records.empty()) return std::optional<std::string>();
      std::map<std::string, std::string> names;
      if (kind_.name == std::string("orders")) {
        std::vector<std::string> ids;
        for (const CsvRecord& record : records) ids.push_back(columns_.Value(record, "contact_external_id"));
        VEFA_TRY(names, ContactNames(api_, ids));
      }
      for (const CsvRecord& record : records) {
        Result<Json> row = ToRow(record, names);
        if (row.ok()) {
          rows.push_back(std::move(*row));
        } else {
          const Violation& wrong = row.error().violations.front();
          rejects_.Add({record.line, wrong.field, wrong.reason, wrong.description});
        }
      }
    }
    Json chunk{{"rows", std::move(rows)}};
    return std::optional<std::string>(chunk.dump());
  }

  Status Take(const Json& answer) {
    created_ += IntegerOf(answer, "consentsRecorded") + IntegerOf(answer, "created");
    unchanged_ += IntegerOf(answer, "unchanged");
    const Json& rejects = MemberOf(answer, "rejects");
    if (rejects.is_array()) {
      for (const Json& one : rejects)
        rejects_.Add({IntegerOf(one, "line"), TextOf(one, "field"), TextOf(one, "reason"), TextOf(one, "message")});
    }
    progress_.Show(Grouped(rows_) + " rows read");
    return Ok();
  }

  Api& api_;
  const ImportKind& kind_;
  CsvReader reader_;
  Columns columns_;
  Duplicates duplicates_;
  Rejects rejects_;
  Progress progress_;
  int64_t rows_ = 0;
  int64_t created_ = 0;
  int64_t unchanged_ = 0;
};

Result<int> ImportFile(const ImportOptions& options) {
  std::ifstream file(options.file, std::ios::binary);
  if (!file) return NotFound("FILE_UNREADABLE", options.file + " cannot be read; check the name and its permissions.");
  VEFA_TRY_OK(SkipByteOrderMark(file));
  VEFA_TRY(Credentials credentials, ReadCredentials());
  VEFA_TRY(auto api, Api::SignIn(std::move(credentials), kPatience));
  std::string rejects = options.rejects.empty() ? options.file + ".rejects.csv" : options.rejects;
  return FileImport(*api, KindOf(options.kind), file, std::move(rejects)).Run();
}

}  // namespace

int Import(const ImportOptions& options) {
  auto done = ImportFile(options);
  return done.ok() ? *done : Fail(done.error());
}

}  // namespace vefa::ctl
