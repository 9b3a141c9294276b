// Makes each upload wait for a ticket, which the server sends over the page's WebSocket, and sends the ticket with the upload.
// Reflex's uploads have a header by which this script recognises them, so an app's author has nothing to do.
import { useEffect } from "react";

const PAGE_HEADER = "reflex-client-token";
const TICKET_HEADER = "Rxapp-Upload-Ticket";
const PATIENCE_MS = 20_000;

const uploads = new WeakSet();
const waiting = []; // { xhr, send, timer }, the oldest first; the page has asked for a ticket for the first one
let ask = () => {};

const leave = (xhr) => {
  const at = waiting.findIndex((each) => each.xhr === xhr);
  if (at < 0) {
    return false;
  }
  clearTimeout(waiting[at].timer);
  waiting.splice(at, 1);
  if (at === 0 && waiting.length) {
    ask();
  }
  return true;
};

const giveUp = (xhr, kind) => {
  if (leave(xhr)) {
    xhr.dispatchEvent(new ProgressEvent(kind));
  }
};

const spend = (ticket) => {
  const next = waiting[0];
  if (next) {
    leave(next.xhr);
    next.xhr.setRequestHeader(TICKET_HEADER, ticket);
    next.send();
  }
};

const holdUploads = () => {
  const { setRequestHeader, send, abort } = XMLHttpRequest.prototype;
  Object.assign(XMLHttpRequest.prototype, {
    setRequestHeader(name, value) {
      if (String(name).toLowerCase() === PAGE_HEADER) {
        uploads.add(this);
      }
      return setRequestHeader.call(this, name, value);
    },
    send(body) {
      if (!uploads.delete(this)) {
        return send.call(this, body);
      }
      const timer = setTimeout(giveUp, PATIENCE_MS, this, "error");
      if (waiting.push({ xhr: this, send: () => send.call(this, body), timer }) === 1) {
        ask();
      }
    },
    abort() {
      giveUp(this, "abort");
      return abort.call(this);
    },
  });
};

if (typeof XMLHttpRequest !== "undefined") {
  holdUploads();
}

export function UploadTicket({ ticket, onAsk }) {
  useEffect(() => {
    ask = () => onAsk();
  });

  useEffect(() => {
    if (ticket?.ticket) {
      spend(ticket.ticket);
    }
  }, [ticket?.ticket]);

  return null;
}
