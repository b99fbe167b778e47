// The page's own words. What the bot says is never translated here.

const WORDS = {
  zh: {
    title: "本機的 LINE", tagline: "在自己的電腦試用停車通，不必有 LINE 頻道", other: "English",
    add: "新增市民", name: "名稱", language: "LINE 語言", zhHant: "中文", en: "English", cancel: "取消", confirm: "確定",
    block: "封鎖", unblock: "解除封鎖", remove: "移除", citizens: "市民", chatOf: "的聊天室", bot: "停車通",
    message: "輸入訊息", send: "傳送",
    photo: "傳送照片", location: "傳送位置", sticker: "傳送貼圖", place: "地點", address: "地址", latitude: "緯度", longitude: "經度",
    read: "已讀", unsent: "未送達", timeout: "逾時", typing: "正在輸入",
    followed: "加入好友", blocked: "已封鎖，不會再收到訊息", unblocked: "已解除封鎖",
    tray: "簡訊與電子郵件", emptyTray: "還沒有簡訊或電子郵件。", sms: "簡訊", mail: "電子郵件", to: "收件",
    log: "呼叫紀錄", emptyLog: "還沒有呼叫。", what: "事件", status: "狀態", ms: "毫秒", at: "時間", side: "收件匣與紀錄",
    quick: "快速回覆", quickLost: "快速回覆只在一次傳送的最後一則顯示，這裡的不會出現。",
    unknownMessage: "無法顯示的訊息類型", unknownComponent: "無法顯示的 Flex 元件", unknownProperty: "不認得的屬性",
    refusedLink: "拒絕開啟的連結", unknownAction: "無法執行的動作", noPicture: "無法顯示的圖片",
    picked: "選擇日期或時間", copied: "已複製", opensNew: "（另開視窗）", noCitizen: "還沒有市民。新增一位，就能開始對話。",
    failed: "沒有成功", sampleName: "王小明", photoAlt: "照片", stickerAlt: "貼圖",
    samplePlace: "臺北市政府", sampleAddress: "臺北市信義區市府路 1 號", video: "影片", audio: "語音",
  },
  en: {
    title: "Local LINE", tagline: "Try ParkLine on your own machine, without a LINE channel", other: "中文",
    add: "Add citizen", name: "Name", language: "LINE language", zhHant: "中文", en: "English", cancel: "Cancel", confirm: "OK",
    block: "Block", unblock: "Unblock", remove: "Remove", citizens: "Citizens", chatOf: "'s chat", bot: "ParkLine",
    message: "Type a message", send: "Send",
    photo: "Send photo", location: "Send location", sticker: "Send sticker", place: "Place", address: "Address", latitude: "Latitude", longitude: "Longitude",
    read: "Read", unsent: "Not delivered", timeout: "timed out", typing: "is typing",
    followed: "Added as a friend", blocked: "Blocked: nothing arrives any more", unblocked: "Unblocked",
    tray: "SMS and e-mail", emptyTray: "No SMS or e-mail yet.", sms: "SMS", mail: "E-mail", to: "To",
    log: "Calls", emptyLog: "No calls yet.", what: "Event", status: "Status", ms: "ms", at: "Time", side: "Tray and calls",
    quick: "Quick replies", quickLost: "Quick replies show on the last message of a call only; these will not appear.",
    unknownMessage: "Message type that cannot be shown", unknownComponent: "Flex component that cannot be shown", unknownProperty: "Unknown property",
    refusedLink: "Link refused", unknownAction: "Action that cannot be done", noPicture: "Picture that cannot be shown",
    picked: "Choose date or time", copied: "Copied", opensNew: "(opens a new window)", noCitizen: "No citizens yet. Add one to start a chat.",
    failed: "That did not work", sampleName: "Amy Chen", photoAlt: "Photo", stickerAlt: "Sticker",
    samplePlace: "Taipei City Hall", sampleAddress: "No. 1, City Hall Rd., Taipei", video: "Video", audio: "Voice",
  },
};

const KEPT = "parkline-console-language";
let tongue = localStorage.getItem(KEPT) === "en" ? "en" : "zh";

/** The page's language: "zh" or "en". */
export const language = () => tongue;

/** Change the page's language, kept for the next visit. */
export function setLanguage(next) {
  tongue = next;
  localStorage.setItem(KEPT, next);
  document.documentElement.lang = next === "en" ? "en" : "zh-Hant-TW";
}

/** A word of the page in its language. */
export function t(key) {
  return WORDS[tongue][key];
}

const clock = new Intl.DateTimeFormat("zh-TW", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Taipei" });

/** Hour and minute in Taiwan. */
export const time = (milliseconds) => clock.format(new Date(milliseconds));
