#include <fstream>
#include <vector>

#include "tests/verify/read.h"

namespace vefa::verify {
namespace {

using Fields = std::vector<std::string_view>;

// Calls `take` with the fields of every line; a last line that was cut off by a kill is left out.
Status EachLine(const std::string& path, size_t fields_wanted, const std::function<Status(const Fields&)>& take) {
  if (path.empty()) return Ok();
  std::ifstream file(path);
  if (!file) return NotFound("FILE_UNREADABLE", path + " cannot be read.");
  for (std::string line; std::getline(file, line);) {
    if (file.eof()) break;
    Fields fields;
    std::string_view rest = line;
    while (fields.size() + 1 < fields_wanted) {
      size_t tab = rest.find('\t');
      if (tab == std::string_view::npos) return Error{Code::kDataLoss, "FILE_MALFORMED", path + ": " + line};
      fields.push_back(rest.substr(0, tab));
      rest.remove_prefix(tab + 1);
    }
    fields.push_back(rest);
    VEFA_TRY_OK(take(fields));
  }
  return Ok();
}

WriteKind KindOf(std::string_view word) {
  if (word == "create") return WriteKind::kCreate;
  if (word == "consent") return WriteKind::kConsent;
  if (word == "import") return WriteKind::kImport;
  return word == "order" ? WriteKind::kOrder : WriteKind::kBad;
}

Told ToldBy(std::string_view word) {
  if (word == "acknowledged") return Told::kAcknowledged;
  return word == "refused" ? Told::kRefused : Told::kUnknown;
}

}  // namespace

Status ReadHistory(const std::string& path, Evidence& evidence) {
  return EachLine(path, 10, [&](const Fields& fields) -> Status {
    Try one;
    VEFA_TRY(one.operation, Uuid::Parse(fields[1]));
    VEFA_TRY(one.tenant, Uuid::Parse(fields[2]));
    one.kind = KindOf(fields[3]);
    one.key = fields[4];
    one.value = fields[5];
    one.told = ToldBy(fields[7]);
    one.name = fields[8];
    one.reason = fields[9];
    evidence.tries.push_back(std::move(one));
    return Ok();
  });
}

// tenant, event id, 1 when the page it stood on held a word of another tenant.
Status ReadFeedReaders(const std::string& path, Evidence& evidence) {
  return EachLine(path, 3, [&](const Fields& fields) -> Status {
    VEFA_TRY(Uuid tenant, Uuid::Parse(fields[0]));
    VEFA_TRY(Uuid id, Uuid::Parse(fields[1]));
    evidence.feed_read[tenant].push_back(id);
    ++evidence.outputs_searched;
    if (fields[2] != "1") return Ok();
    ++evidence.foreign_words;
    evidence.foreign_places.push_back("a page of the feed of " + std::string(fields[0]));
    return Ok();
  });
}

// consumer, topic, partition, next offset, whether it was moved back on purpose.
Status ReadPositions(const std::string& path, Evidence& evidence) {
  return EachLine(path, 5, [&](const Fields& fields) -> Status {
    evidence.positions.push_back({std::string(fields[0]), std::string(fields[1]), static_cast<int32_t>(Integer(fields[2])),
                                  Integer(fields[3]), fields[4] == "1"});
    return Ok();
  });
}

// name, `begin` or `end`, resident kB, files, sockets.
Status ReadProcesses(const std::string& path, Evidence& evidence) {
  return EachLine(path, 5, [&](const Fields& fields) -> Status {
    evidence.processes.push_back({std::string(fields[0]), fields[1] == "end", Integer(fields[2]), Integer(fields[3]),
                                  Integer(fields[4])});
    return Ok();
  });
}

// tenant, subject.
Status ReadInjected(const std::string& path, Evidence& evidence) {
  return EachLine(path, 2, [&](const Fields& fields) -> Status {
    evidence.injected.insert(evidence.names.Number(std::string(fields[0]) + "/" + std::string(fields[1])));
    return Ok();
  });
}

}  // namespace vefa::verify
