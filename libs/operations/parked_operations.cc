#include "libs/operations/parked_operations.h"

#include "libs/base/text.h"
#include "libs/events/parking.h"
#include "libs/rpc/time.h"

namespace vefa::operations {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kPageDefault = 100;
constexpr int32_t kPageMax = 1000;

const Statement kSubjects{
    "operations_parked_subjects",
    "SELECT s.consumer, s.tenant_id, s.subject, s.first_version, s.kind, s.reason, s.park_time, s.attempts,"
    "  s.next_attempt_time, (SELECT count(*) FROM parked_event e WHERE e.consumer = s.consumer"
    "    AND e.tenant_id = s.tenant_id AND e.subject = s.subject)"
    " FROM parked_subject s WHERE ($1 = '' OR s.consumer = $1) AND ($2 = '' OR s.subject = $2)"
    " ORDER BY s.park_time, s.consumer, s.tenant_id, s.subject LIMIT $3"};
const Statement kEvents{
    "operations_parked_events",
    "SELECT consumer, tenant_id, subject, version, event_id, event_type, topic, part, off, payload FROM parked_event"
    " WHERE ($1 = '' OR consumer = $1) AND subject = $2 ORDER BY consumer, tenant_id, version LIMIT $3"};
const Statement kUnreadable{
    "operations_unreadable",
    "SELECT consumer, topic, part, off, reason || ': ' || detail, refuse_time FROM unreadable_record"
    " WHERE ($1 = '' OR consumer = $1) ORDER BY refuse_time DESC LIMIT 100"};

void FillSubject(const Rows& rows, int i, event::v1::ParkedSubject& subject) {
  subject.set_consumer(rows.String(i, 0));
  subject.set_tenant_id(rows.Id(i, 1).ToString());
  subject.set_subject(rows.String(i, 2));
  subject.set_first_version(rows.Int64(i, 3));
  subject.set_kind(rows.String(i, 4));
  subject.set_reason(rows.String(i, 5));
  *subject.mutable_park_time() = rpc::ToProto(rows.Timestamp(i, 6));
  subject.set_attempts(rows.Int32(i, 7));
  if (!rows.IsNull(i, 8)) *subject.mutable_next_attempt_time() = rpc::ToProto(rows.Timestamp(i, 8));
  subject.set_events(rows.Int64(i, 9));
}

void FillEvent(const Rows& rows, int i, event::v1::ParkedEvent& event) {
  event.set_version(rows.Int64(i, 3));
  event.set_event_id(rows.Id(i, 4).ToString());
  event.set_type(rows.String(i, 5));
  event.set_topic(rows.String(i, 6));
  event.set_partition(rows.Int32(i, 7));
  event.set_offset(rows.Int64(i, 8));
  event.set_payload(ToHex(rows.String(i, 9)));
}

}  // namespace

Status ListParked(const Parts& parts, const event::v1::ListParkedRequest& request, Deadline deadline,
                  event::v1::ListParkedResponse& response) {
  int32_t size = request.page_size() == 0 ? kPageDefault : request.page_size();
  if (size < 1 || size > kPageMax) return Violations({{"page_size", "PAGE_SIZE", "Ask for 1 to 1,000 subjects."}});
  VEFA_TRY(auto rows, parts.pump->Run(Scope::EveryTenant(),
                                      {{&kSubjects, Bound(request.consumer(), request.subject(), size)},
                                       {&kUnreadable, Bound(request.consumer())},
                                       {&kEvents, Bound(request.consumer(), request.subject(), size)}},
                                      deadline));
  for (int i = 0; i < rows[0].size(); ++i) {
    event::v1::ParkedSubject& subject = *response.add_subjects();
    FillSubject(rows[0], i, subject);
    for (int e = 0; e < rows[2].size(); ++e)
      if (rows[2].String(e, 0) == subject.consumer() && rows[2].Id(e, 1).ToString() == subject.tenant_id())
        FillEvent(rows[2], e, *subject.add_parked_events());
  }
  for (int i = 0; i < rows[1].size(); ++i) {
    event::v1::UnreadableRecord& record = *response.add_unreadable();
    record.set_consumer(rows[1].String(i, 0));
    record.set_topic(rows[1].String(i, 1));
    record.set_partition(rows[1].Int32(i, 2));
    record.set_offset(rows[1].Int64(i, 3));
    record.set_reason(rows[1].String(i, 4));
    *record.mutable_refuse_time() = rpc::ToProto(rows[1].Timestamp(i, 5));
  }
  return Ok();
}

Status ReplayParked(const Parts& parts, const event::v1::ReplayParkedRequest& request, Deadline deadline,
                    event::v1::ReplayParkedResponse& response) {
  std::optional<std::string> subject;
  if (!request.subject().empty()) subject = request.subject();
  VEFA_TRY(int64_t due, events::MarkDue(*parts.pump, request.consumer(), subject, deadline));
  response.set_subjects(due);
  return Ok();
}

Status SkipParked(const Parts& parts, const event::v1::SkipParkedRequest& request, Deadline deadline,
                  event::v1::SkipParkedResponse& response) {
  auto tenant = Uuid::Parse(request.tenant_id());
  if (!tenant.ok()) return Violations({{"tenant_id", "UUID_SYNTAX", "Give the tenant's id as the list of parked subjects shows it."}});
  VEFA_TRY(int64_t left, events::Skip(*parts.pump, request.consumer(), *tenant, request.subject(), request.version(), deadline));
  response.set_events(left);
  return Ok();
}

}  // namespace vefa::operations
