"""The doors of the conversation and the desk (CONTRACT, "URLs"). Names are used everywhere; keep them."""

from django.urls import path

from .views import bulk, contact, conversation, desk, desk_new, drafts, files, held, mails, portal, properties, vouching

urlpatterns = [
    path("", portal.home, name="home"),
    # The client's lists and forms
    path("tickets/", portal.tickets, name="tickets"),
    path("tickets/new/", portal.departments, name="ticket_new"),
    path("tickets/new/<slug:slug>/", portal.new, name="ticket_new_in"),
    path("tickets/sent/<str:number>/", portal.sent, name="ticket_sent"),
    path("contact/", contact.contact, name="contact"),
    path("contact/<slug:slug>/", contact.contact, name="contact_in"),
    # What is being typed: drafts, uploads, previews
    path("drafts/save/", drafts.save, name="draft_save"),
    path("drafts/upload/", drafts.upload, name="upload"),
    path("drafts/upload/<uuid:token>/remove/", drafts.remove, name="upload_remove"),
    path("preview/", drafts.preview, name="preview"),
    # One conversation, shared by clients, guests and staff
    path("t/<str:number>/", conversation.ticket, name="ticket"),
    path("t/<str:number>/reply/", conversation.reply, name="ticket_reply"),
    path("t/<str:number>/close/", conversation.close, name="ticket_close"),
    path("t/<str:number>/reopen/", conversation.reopen, name="ticket_reopen"),
    path("t/<str:number>/preview/", conversation.preview, name="ticket_preview"),
    path("t/<str:number>/confirm/", vouching.confirm, name="ticket_confirm"),
    path("t/<str:number>/disown/", vouching.disown, name="ticket_disown"),
    path("t/<str:number>/seen/", conversation.seen, name="ticket_seen"),
    path("t/<str:number>/message/<int:message>/whole/", mails.whole, name="message_whole"),
    path("t/<str:number>/undo/<uuid:click>/", properties.undo, name="ticket_undo"),
    path("attachments/<uuid:token>/<str:name>", files.attachment, name="attachment"),
    path("attachments/<uuid:token>/small/<str:name>", files.thumbnail, name="attachment_thumbnail"),
    # What staff do to it
    path("t/<str:number>/note/", properties.note, name="ticket_note"),
    path("t/<str:number>/call-back/<int:pending>/", held.call_back, name="ticket_call_back"),
    path("t/<str:number>/send-now/<int:pending>/", held.send_now, name="ticket_send_now"),
    path("t/<str:number>/kept/", held.kept, name="ticket_kept"),
    path("t/<str:number>/message/<int:message>/edit/", properties.edit, name="message_edit"),
    path("t/<str:number>/message/<int:message>/versions/", properties.versions, name="message_versions"),
    path("t/<str:number>/status/", properties.status, name="ticket_status"),
    path("t/<str:number>/assign/", properties.assign, name="ticket_assign"),
    path("t/<str:number>/priority/", properties.priority, name="ticket_priority"),
    path("t/<str:number>/department/", properties.department, name="ticket_department"),
    path("t/<str:number>/type/", properties.type, name="ticket_type"),
    path("t/<str:number>/subject/", properties.subject, name="ticket_subject"),
    path("t/<str:number>/flag/", properties.flag, name="ticket_flag"),
    path("t/<str:number>/presence/", properties.presence, name="ticket_presence"),
    path("t/<str:number>/block/", mails.block_client, name="ticket_block"),
    path("t/<str:number>/log/", properties.log, name="ticket_log"),
    path("t/<str:number>/mail/<int:mail>/again/", properties.send_again, name="ticket_mail_again"),
    # The desk
    path("desk/", desk.queue, name="desk"),
    path("desk/new/", desk_new.new, name="desk_new"),
    path("desk/bulk/", bulk.bulk, name="desk_bulk"),
    path("desk/people/", desk_new.people, name="desk_people"),
    path("desk/next/<str:number>/", desk.following, name="desk_next"),
    path("desk/previous/<str:number>/", desk.following, {"back": True}, name="desk_previous"),
    path("desk/mail/", mails.mails, name="desk_mails"),
    path("desk/mail/aside/", mails.aside, name="desk_mails_aside"),
    path("desk/mail/<int:incoming>/", mails.mail, name="desk_mail"),
    path("desk/mail/<int:incoming>/source/", mails.source, name="desk_mail_source"),
    path("desk/mail/<int:incoming>/accept/", mails.accept, name="desk_mail_accept"),
    path("desk/mail/<int:incoming>/append/", mails.append, name="desk_mail_append"),
    path("desk/mail/<int:incoming>/block/", mails.block, name="desk_mail_block"),
    path("desk/mail/<int:incoming>/again/", mails.again, name="desk_mail_again"),
    path("desk/blocked/<int:block>/lift/", mails.unblock, name="desk_unblock"),
    path("desk/refresh/", desk.refresh, name="desk_refresh"),
]
