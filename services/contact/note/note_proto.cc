#include "services/contact/note/note_proto.h"

#include "libs/rpc/time.h"

namespace vefa::contact {

v1::Note ToProto(const Note& note) {
  v1::Note proto;
  proto.set_name(ResourceName("notes", note.id));
  proto.set_about(note.about.Name());
  proto.set_text(note.text.Reveal());
  proto.set_pinned(note.pinned);
  proto.set_author(note.author);
  proto.set_editor(note.editor);
  proto.set_version(note.version);
  proto.set_etag(EtagOf(note.version));
  *proto.mutable_create_time() = rpc::ToProto(note.create_time);
  *proto.mutable_update_time() = rpc::ToProto(note.update_time);
  return proto;
}

}  // namespace vefa::contact
