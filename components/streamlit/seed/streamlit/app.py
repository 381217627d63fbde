"""An example of a Streamlit application: `streamlit run app.py`."""

import streamlit as st

st.title("Squares")
number = st.number_input("Number", value=3)
st.write(f"The square is {number * number}.")
if file := st.file_uploader("Any file"):
    st.write(f"{file.name} has {len(file.getvalue())} bytes.")
